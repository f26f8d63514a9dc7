"""Those who answer a catchment: honestly, by DNS, and as a forger would."""

# At a client: waits for a request and answers it again as a forger and a stutterer would. Says what it got. Over IPv6: 6.
INJECT = '''
import socket, sys
six = sys.argv[1:] == ['6']
family, protocol = (socket.AF_INET6, socket.IPPROTO_ICMPV6) if six else (socket.AF_INET, socket.IPPROTO_ICMP)
s = socket.socket(family, socket.SOCK_RAW, protocol)
s.settimeout(20)
print('listens', flush=True)
while True:
    packet, (source, *_) = s.recvfrom(2000)
    message = packet if six else packet[(packet[0] & 15) * 4:]
    if message[0] == (128 if six else 8) and message[8:12] == b'NcC1':
        break
def send(change):
    m = bytearray(message)
    m[0:4] = bytes([129 if six else 0, 0, 0, 0])
    for at in change:
        m[at] ^= 1
    total = sum(m[i] << 8 | (m[i + 1] if i + 1 < len(m) else 0) for i in range(0, len(m), 2))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    if not six:                             # of ICMPv6 it is the kernel's
        m[2:4] = (~total & 0xffff).to_bytes(2, 'big')
    s.sendto(bytes(m), (source, 0))
for change in ((), (), (), (50,), (15,)):   # three more (the kernel's own comes, too), another MAC, another run
    send(change)
print(message.hex(), flush=True)
'''

# A name server at an address that refuses whatever it is asked, but for what it does not understand. With one word more it says
# it twice, and with another MAC in the name: the last characters of its second label, which is 35 long.
REFUSE = '''
import socket, sys
s = socket.socket(socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], 53))
print('listens', flush=True)
while True:
    m, who = s.recvfrom(2000)
    if m[2] & 0xf8 == 0 and m[4:12] == bytes([0, 1, 0, 0, 0, 0, 0, 0]):
        answer = bytearray(m[:2] + bytes([m[2] | 0x80, 5]) + m[4:])
        s.sendto(answer, who)
        if len(sys.argv) > 2:
            s.sendto(answer, who)
            at = 12 + 1 + 36 + 1 + 30
            answer[at] = ord('b') if answer[at] == ord('a') else ord('a')
            s.sendto(answer, who)
'''
