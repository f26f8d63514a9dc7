/** What the API gives, as far as the console shows it (src/controller/openapi.json has it in full). */
export type Role = 'administrator' | 'operator' | 'viewer' | 'host';
export type Family = 'ipv4' | 'ipv6';
export type Stage = 'preferred' | 'backup' | 'withdrawn';
export type Verdict = 'passing' | 'failing' | 'unknown';

export interface Caller { readonly id: string; readonly name: string; readonly role: Role; readonly project: string | null }

export interface Project {
  readonly id: string; readonly name: string; readonly description: string; readonly revision: number;
  readonly max_ipv4: number; readonly max_ipv6: number; readonly max_services: number;
  readonly ipv4: number; readonly ipv6: number; readonly created_at: string;
}

export interface Pool {
  readonly id: string; readonly name: string; readonly prefix: string; readonly family: Family;
  readonly announced_as: 'aggregate' | 'host-routes'; readonly project: string | null; readonly description: string;
  readonly open: boolean; readonly quarantine_seconds: number; readonly revision: number;
  readonly ordered: number; readonly quarantined: number;
}

export interface GlobalIp {
  readonly id: string; readonly project: string; readonly pool: string; readonly family: Family;
  readonly quantity: number; readonly prefix: string; readonly addresses: readonly string[];
  readonly state: 'active' | 'quarantined'; readonly tags: readonly string[]; readonly description: string;
  readonly service: string | null; readonly created_at: string; readonly quarantined_until: string | null;
  readonly revision: number;
}

export interface Service {
  readonly id: string; readonly name: string; readonly project: string;
  readonly document: Readonly<Record<string, unknown>>; readonly description: string;
  readonly global_ips: readonly string[]; readonly sites: readonly string[]; readonly hosts: readonly string[];
  readonly min_sites: number; readonly max_change_percent: number; readonly lease_seconds: number;
  readonly prefixes: readonly string[]; readonly revision: number; readonly created_at: string;
  /** What keeps it from being announced anywhere. */
  readonly warnings: readonly string[];
}

export interface Site {
  readonly id: string; readonly name: string; readonly city: string; readonly country: string;
  readonly latitude: number | null; readonly longitude: number | null; readonly description: string;
  readonly revision: number; readonly created_at: string; readonly hosts: number;
}

export interface Host {
  readonly id: string; readonly name: string; readonly site: string; readonly project: string | null;
  readonly description: string; readonly tags: readonly string[]; readonly joined: boolean;
  readonly agent_version: string | null; readonly desired_revision: number; readonly applied_revision: number | null;
  readonly applied_error: string | null; readonly joined_at: string | null; readonly seen_at: string | null;
  readonly revision: number; readonly created_at: string;
}

export interface Neighbor {
  readonly address_family: number; readonly customer_as: number; readonly customer_ip: string;
  readonly md5_enabled: boolean; readonly multihop: boolean; readonly peer_as: number; readonly peer_ips: readonly string[];
}

export interface Network {
  readonly addresses: readonly { readonly address: string; readonly cidr: number; readonly gateway: string | null;
    readonly public: boolean; readonly management: boolean }[];
  readonly bgp_neighbors: readonly Neighbor[];
}

export interface JoinToken {
  readonly id: string; readonly site: string; readonly project: string | null; readonly host: string | null;
  readonly created_at: string; readonly expires_at: string; readonly used_at: string | null; readonly used_by: string | null;
  readonly token?: string | null;
}

export interface Token {
  readonly id: string; readonly name: string; readonly role: Role; readonly project: string | null;
  readonly created_at: string; readonly expires_at: string | null; readonly revoked_at: string | null;
  readonly revision: number; readonly token?: string | null;
}

export interface Audit {
  readonly id: string; readonly at: string; readonly actor_kind: string; readonly actor_name: string;
  readonly source_address: string | null; readonly project: string | null; readonly action: string; readonly kind: string;
  readonly object: string; readonly name: string; readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null; readonly override_reason: string | null; readonly rollout: string | null;
}
