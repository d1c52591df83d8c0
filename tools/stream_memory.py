"""Peak memory of a training on TFRecords that do not fit into a tenth of it, against one on a tenth of them.

python tools/stream_memory.py                            400 MB and 4 GB, in the temporary directory; deleted at the end
python tools/stream_memory.py --megabytes 40 400 --keep-free 1

Each size is written in shards of 100 MB and trained on for one epoch by `keras-stable train` in a process of its own,
with validation records split off. Exits 1 where the larger one's peak is above 1.15 of the smaller one's.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

LARGEST_RATIO = 1.15
SHARD_MEGABYTES, SIDE, CLASSES = 100, 128, 10
CONFIG = """
name: streamed
data:
  kind: tfrecord
  path: {path}/*.tfrecord
  shape: [{side}, {side}, 3]
  num_classes: {classes}
  encoding: raw_uint8
  shuffle_buffer: 512
  prefetch: 2
  parallel_files: 2
model: {{encoder: conv, filters: [4], feature_dim: 8}}
fit: {{batch_size: 64, epochs: 1}}
"""


def write(directory: Path, megabytes: int) -> None:
    """Writes shards of images whose brightness tells the class."""
    from keras_stable.data.tfrecord import write_tfrecord

    rng = np.random.default_rng(0)
    directory.mkdir()
    size = SIDE * SIDE * 3
    for shard in range(max(1, megabytes // SHARD_MEGABYTES)):
        count = min(megabytes, SHARD_MEGABYTES) * 10**6 // size
        y = rng.integers(0, CLASSES, count)
        x = rng.integers(0, 128, (count, SIDE, SIDE, 3), dtype=np.uint8) + (10 * y[:, None, None, None]).astype("uint8")
        write_tfrecord(directory / f"{shard:03}.tfrecord", x, y, encoding="raw_uint8")


def peak_megabytes(directory: Path, records: Path) -> tuple[float, float]:
    """Trains on the records in a process of its own; returns its peak of resident memory in MB, and its seconds."""
    config = directory / f"{records.name}.yaml"
    config.write_text(CONFIG.format(path=records, side=SIDE, classes=CLASSES), encoding="utf-8")
    command = [sys.executable, "-m", "keras_stable", "train", str(config), "--run-dir", str(directory / "run")]
    began = time.monotonic()
    process = subprocess.Popen([*command, "--overwrite"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    output = process.stdout.read()
    # The peak of this one child; that of all of them is never less than that of the first.
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"The training failed:\n{output[-3000:]}")
    return usage.ru_maxrss / 1024, time.monotonic() - began


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, nargs=2, default=[400, 4000], metavar=("SMALL", "LARGE"))
    parser.add_argument("--keep-free", type=float, default=5.0, metavar="GB", help="of the disk; default 5")
    options = parser.parse_args()
    free = shutil.disk_usage(tempfile.gettempdir()).free / 1e9
    if free < options.megabytes[1] / 1e3 + options.keep_free:
        parser.error(f"{tempfile.gettempdir()} needs more than {options.megabytes[1]} MB. Received: {free:.1f} GB free")
    peaks = []
    print("| records, MB | peak memory, MB | seconds |\n| ---: | ---: | ---: |")
    for megabytes in options.megabytes:
        # One size at a time is on the disk.
        with tempfile.TemporaryDirectory() as name:
            records = Path(name) / "records"
            write(records, megabytes)
            peak, seconds = peak_megabytes(Path(name), records)
        peaks.append(peak)
        print(f"| {megabytes:,} | {peak:,.0f} | {seconds:.0f} |", flush=True)
    ratio = peaks[1] / peaks[0]
    print(f"Ratio of the peaks: {ratio:.3f}")
    return ratio > LARGEST_RATIO


if __name__ == "__main__":
    sys.exit(main())
