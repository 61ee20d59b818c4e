# Python: numbers, digests, threads, processes, sockets, signals, asyncio.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.sh"
need python3
/usr/bin/python3 - <<'X'
import asyncio, bz2, concurrent.futures, ctypes, decimal, fractions, hashlib, json, lzma, math, mmap, multiprocessing, os, queue, random, re
import select, signal, socket, sqlite3, struct, subprocess, sys, tempfile, threading, time, zlib
random.seed(5)
data = bytes(random.randrange(256) for _ in range(20000))
print([hashlib.new(n, data).hexdigest()[:16] for n in ("md5", "sha1", "sha256", "sha512", "sha3_256", "blake2b", "blake2s")])
print(zlib.crc32(data), len(zlib.compress(data, 9)), len(bz2.compress(data)), len(lzma.compress(data)))
print([repr(f(0.7)) for f in (math.sin, math.cos, math.tan, math.exp, math.log, math.gamma, math.erf, math.cbrt)])
print(decimal.Decimal(2).sqrt(), fractions.Fraction(22, 7) ** 5, 3 ** 500 % 10 ** 40, float("1e23"), (0.1).hex(), sys.float_info.max)
print(struct.pack("<hIqfd", -2, 7, -9, 1.5, 2.5).hex(), json.loads(json.dumps({"a": [1, 2.5, None], "b": "\u263a"})))
print(len(re.findall(r"(\w+)\s+(?=\1)", "the the cat cat sat " * 300)))
lock, total = threading.Lock(), 0
def work(k):
    global total
    for i in range(2000):
        with lock:
            total += k
threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
[t.start() for t in threads]; [t.join() for t in threads]; print(total)
with concurrent.futures.ThreadPoolExecutor(4) as e:
    print(sum(e.map(lambda n: n * n, range(200))))
with multiprocessing.get_context("fork").Pool(2) as p:
    print(p.map(math.factorial, range(10)))
print(subprocess.run(["sh", "-c", "cat; exit 3"], input=b"through a pipe", capture_output=True))
print(subprocess.run([sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"]).returncode)
hits = []
signal.signal(signal.SIGALRM, lambda *a: hits.append(1)); signal.setitimer(signal.ITIMER_REAL, 0.005, 0.005)
while len(hits) < 5: sum(range(1000))
signal.setitimer(signal.ITIMER_REAL, 0); print("alarms")
async def server():
    async def serve(r, w):
        w.write((await r.readline()).upper()); await w.drain(); w.close()
    s = await asyncio.start_server(serve, "127.0.0.1", 0)
    async def ask(n):
        r, w = await asyncio.open_connection(*s.sockets[0].getsockname()); w.write(b"line %d\n" % n); return await r.readline()
    print(await asyncio.gather(*(ask(n) for n in range(5)))); s.close()
asyncio.run(server())
with tempfile.TemporaryFile() as f:
    f.truncate(8192); m = mmap.mmap(f.fileno(), 8192); m[4090:4100] = b"0123456789"; m.flush(); print(os.pread(f.fileno(), 12, 4089))
callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))(lambda a, b: a[0] - b[0])
numbers = (ctypes.c_int * 8)(5, 2, 8, 1, 9, 3, 7, 4); ctypes.CDLL(None).qsort(numbers, 8, 4, callback); print(list(numbers))
db = sqlite3.connect(":memory:"); db.execute("create table t(a, b)"); db.executemany("insert into t values(?, ?)", ((i, i * i % 97) for i in range(500)))
print(db.execute("select b, count(*) from t group by b order by 2 desc, 1 limit 3").fetchall())
try: os.read(99, 1)
except OSError as e: print(e)
sys.exit(4)
X
echo "end $?"
