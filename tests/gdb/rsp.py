"""A client of gdb's remote protocol, for what gdb itself does not send."""
# SPDX-License-Identifier: MIT
import contextlib
import socket
import time


class Client:
    def __init__(self, path, timeout=60):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(timeout)
        while True:
            try:
                self.sock.connect(path)
                break
            except (FileNotFoundError, ConnectionRefusedError):  # the other side is not that far yet
                time.sleep(0.01)
        self.data = b''

    def close(self):
        self.sock.close()

    def raw(self, data):
        self.sock.sendall(data)

    def send(self, text):
        data = text.encode('latin1')
        self.raw(b'$' + data + b'#%02x' % (sum(data) & 255))

    def byte(self):
        while not self.data:
            more = self.sock.recv(65536)
            if not more:
                raise EOFError('the stub has closed the connection')
            self.data += more
        c, self.data = self.data[:1], self.data[1:]
        return c

    def receive(self):
        """The next packet; acknowledgements are skipped."""
        while self.byte() != b'$':
            pass
        data = b''
        while (c := self.byte()) != b'#':
            data += bytes([self.byte()[0] ^ 0x20]) if c == b'}' else c
        self.byte(), self.byte()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.raw(b'+')  # the stub may have gone with its last word
        return data.decode('latin1')

    def ask(self, text):
        self.send(text)
        return self.receive()
