# shellcheck shell=bash
# What scripts/demo, scripts/test and scripts/lint share: installing what is missing, and building.
# Sourced, never run.
# shellcheck disable=SC2034 # who sources it uses the lists

BUILD_PACKAGES=(gcc libc6-dev meson ninja-build pkg-config python3
	libsystemd-dev libfyaml-dev libjansson-dev libcurl4-openssl-dev libmicrohttpd-dev libgnutls28-dev
	libmnl-dev libc-ares-dev nettle-dev libsqlite3-dev libpq-dev)
LAB_PACKAGES=(bird2 nginx-light iproute2 iputils-ping procps util-linux)
INTEROP_PACKAGES=(frr gobgpd openbgpd exabgp)
TEST_PACKAGES=(bgpdump clang libclang-rt-14-dev mandoc curl bash tshark traceroute openssl
	unbound python3-grpcio python3-jsonschema ifupdown netplan.io prometheus postgresql)

# The console. Some machines have a nodejs that brings npm along, beside which Debian's npm cannot be.
command -v npm >/dev/null || BUILD_PACKAGES+=(nodejs npm)
BROWSER_PACKAGES=(chromium fonts-dejavu-core)

PACKAGE_PACKAGES=(debhelper dpkg-dev lintian)

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "==> $*" >&2; }

die() {
	printf '%s\n' "error: $*" >&2
	exit 1
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "this needs root once, to install packages: run as root, or install sudo, or install by hand: ${missing[*]}"
	fi
}

# Prints the packages of the arguments that are not installed.
packages_missing() {
	local p
	for p in "$@"; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || printf '%s\n' "$p"
	done
}

# Installs what is missing. Packages of daemons must not start them on a machine that only wants to try
# a lab, neither now (policy-rc.d) nor at its next boot (disabled, if it was we who brought them).
install_packages() {
	local missing policy=/usr/sbin/policy-rc.d ours=no p
	command -v dpkg-query >/dev/null || die "this script installs Debian packages; elsewhere see \"Building\" in CONTRIBUTING.md"
	mapfile -t missing < <(packages_missing "$@")
	[ ${#missing[@]} = 0 ] && return 0
	say "installing ${missing[*]}"
	if ! [ -e $policy ]; then
		printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
		as_root chmod 755 $policy
		ours=yes
	fi
	local ok=yes
	{ as_root apt-get update -q && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q \
		--no-install-recommends "${missing[@]}"; } >"${TMPDIR:-/tmp}/nearcast-apt.$$" 2>&1 || ok=no
	[ $ours = yes ] && as_root rm -f $policy
	if [ $ok = no ]; then
		tail -n 20 "${TMPDIR:-/tmp}/nearcast-apt.$$" >&2
		die "apt-get could not install: ${missing[*]}"
	fi
	rm -f "${TMPDIR:-/tmp}/nearcast-apt.$$"
	if [ -d /run/systemd/system ]; then
		for p in "${missing[@]}"; do
			case $p in
			bird2) as_root systemctl -q disable --now bird 2>/dev/null || true ;;
			frr | gobgpd | openbgpd | exabgp) as_root systemctl -q disable --now "$p" 2>/dev/null || true ;;
			nginx-light) as_root systemctl -q disable --now nginx 2>/dev/null || true ;;
			unbound) as_root systemctl -q disable --now unbound 2>/dev/null || true ;;
			prometheus) as_root systemctl -q disable --now prometheus 2>/dev/null || true ;;
			postgresql) as_root systemctl -q disable --now postgresql 2>/dev/null || true ;;
			esac
		done
	fi
}

# configure DIR [meson option...]: once; says little unless it fails.
configure() {
	local dir=$root/$1 log
	shift
	[ -f "$dir/build.ninja" ] && return 0
	log=$(mktemp)
	meson setup "$dir" "$root" "$@" >"$log" 2>&1 || { cat "$log" >&2; rm -f "$log"; die "meson setup failed"; }
	rm -f "$log"
}

# compile DIR: likewise.
compile() {
	local log
	log=$(mktemp)
	ninja -C "$root/$1" >"$log" 2>&1 || { grep -v '^\[' "$log" | tail -n 60 >&2; rm -f "$log"; die "the build failed"; }
	rm -f "$log"
}

# compile_behind DIR: with what is left of the processors, for tests that wait most of their time and would notice. Each
# test is a session of its own, and the kernel shares between sessions (autogroup) before it looks at nice.
compile_behind() {
	# shellcheck disable=SC2016 # sh expands it
	setsid sh -c 'echo 19 >/proc/self/autogroup; exec nice -n 19 ninja -C "$1"' sh "$root/$1" >/dev/null 2>&1 &
	behind=$!
	# what an EXIT trap ends with is the exit status of a script under set -e
	trap 'kill -- -$behind 2>/dev/null || true' EXIT
}

# end_behind: waits for it, whatever it ended with: compile says that. Its process id may be another's from now on.
end_behind() {
	wait "$behind" || true
	trap - EXIT
}

build() {
	configure "$@"
	compile "$1"
}

# BIRD 1.6 cannot be installed beside bird2: it is unpacked into a folder, for the interop tests. Without
# it they say that they were skipped.
unpack_bird16() {
	local dir=$root/$1/bird16 tmp
	[ -x "$dir/usr/sbin/bird6" ] && return 0
	tmp=$(mktemp -d)
	(
		cd "$tmp"
		apt-get download -q bird || { as_root apt-get update -q && apt-get download -q bird; }
		dpkg -x bird_1.6*.deb "$dir"
	) >"$tmp/log" 2>&1 || cat "$tmp/log" >&2
	rm -rf "$tmp"
}
