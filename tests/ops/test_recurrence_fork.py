"""The compiled recurrence in forked children, where OpenMP's threads are gone and waiting for them would hang."""

import subprocess
import sys

import pytest

from octavo.ops.recurrence import cpu

SCRIPT = """
import os
import torch
from torch.utils.data import DataLoader
from octavo.ops.recurrence import pool_gates

class Pooling(torch.utils.data.Dataset):
    def __len__(self):
        return 2

    def __getitem__(self, index):
        torch.set_num_threads(2)  # against the loader's own caution
        return pool_gates(gates).output_LBH

torch.set_num_threads(2)
gates = torch.randn(50, 4, 3, 100)  # few enough that torch itself stays on one thread
wanted = pool_gates(gates).output_LBH
child = os.fork()
if not child:
    os._exit(0 if torch.equal(pool_gates(gates).output_LBH, wanted) else 1)
assert os.waitpid(child, 0)[1] == 0
assert all(torch.equal(item[0], wanted) for item in DataLoader(Pooling(), num_workers=1))
"""


@pytest.mark.skipif(not cpu.AVAILABLE or sys.platform == "win32", reason="no kernels, or no fork")
def test_children_and_loader_workers_do_not_hang() -> None:
    subprocess.run([sys.executable, "-c", SCRIPT], check=True, timeout=60)
