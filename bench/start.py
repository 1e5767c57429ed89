"""Start to `tarn ready` and idle memory, on an empty lake and on one full of objects (after SIGTERM and after kill -9).

  --quick      100,000 objects instead of a million
  --objects N  that many
"""
import argparse
import statistics
import time

from load import replay
from servers import Tarn, VersityGateway


def measure(server, label, rounds=5):
    for kill in (False, True):
        times = []
        for _ in range(rounds):
            server.stop(kill)
            times.append(server.start() * 1e3)
        print(f"  {label:<24} {server.name:<10} start after {'kill -9' if kill else 'SIGTERM'}: median "
              f"{statistics.median(times):6.0f} ms, worst {max(times):6.0f} ms", flush=True)
    time.sleep(2)
    resident, private = server.memory()
    print(f"  {label:<24} {server.name:<10} idle memory: resident {resident / 2**20:.0f} MiB, private "
          f"{private / 2**20:.0f} MiB", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--objects", type=int)
    options = parser.parse_args()
    objects = options.objects or (100_000 if options.quick else 1_000_000)
    binary = VersityGateway.binary()
    gateway = VersityGateway(binary) if binary else None
    if gateway:
        with gateway:
            measure(gateway, "empty")
    with Tarn() as server:
        measure(server, "empty")
        server.client().call("PUT", "/full")
        began = time.perf_counter()
        for base in range(0, objects, 50_000):
            signer = server.signer()
            replay(signer, [(signer.request("PUT", f"/full/{i // 1000:04d}/{i:08d}", length=100), 100)
                            for i in range(base, min(base + 50_000, objects))], 64)
        print(f"  filled with {objects:,} objects of 100 bytes in {time.perf_counter() - began:.0f} s", flush=True)
        measure(server, f"{objects:,} objects")
    print("  wanted: ready within 300 ms and at most 100 MiB idle, on a million objects")


if __name__ == "__main__":
    main()
