"""Somebody who makes up replies to a catchment."""

# At a client: waits for a request and answers it again as a forger and a stutterer would. Says what it got.
INJECT = '''
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
s.settimeout(20)
print('listens', flush=True)
while True:
    packet, (source, _) = s.recvfrom(2000)
    message = packet[(packet[0] & 15) * 4:]
    if message[0] == 8 and message[8:12] == b'NcC1':
        break
def send(change):
    m = bytearray(message)
    m[0:4] = bytes(4)
    for at in change:
        m[at] ^= 1
    total = sum(m[i] << 8 | (m[i + 1] if i + 1 < len(m) else 0) for i in range(0, len(m), 2))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    m[2:4] = (~total & 0xffff).to_bytes(2, 'big')
    s.sendto(bytes(m), (source, 0))
for change in ((), (), (), (50,), (15,)):   # three more (the kernel's own comes, too), another MAC, another run
    send(change)
print(message.hex(), flush=True)
'''
