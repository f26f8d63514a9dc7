"""Certificates for tests, made by openssl."""
import subprocess

CERTIFICATE, KEY = 'tls.pem', 'tls.key'


def make(folder, days, certificate=CERTIFICATE, key=KEY):
    """A certificate for 127.0.0.1 that signs itself; it replaces what was there, as a renewal does."""
    new = {name: folder / f'{name}.new' for name in (certificate, key)}
    request, extensions = folder / 'request', folder / 'extensions'
    extensions.write_text('subjectAltName=IP:127.0.0.1')
    for words in (['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
                   '-subj', '/CN=controller', '-keyout', new[key], '-out', request],
                  # "req -x509" makes none that has expired
                  ['x509', '-req', '-in', request, '-signkey', new[key], '-days', str(days),
                   '-extfile', extensions, '-out', new[certificate]]):
        subprocess.run(['openssl', *words], check=True, capture_output=True)
    for name, path in new.items():
        path.rename(folder / name)
