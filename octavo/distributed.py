"""Ranks: thin over torch.distributed, and one rank alone where torchrun did not start the process.

Each rank takes columns rank::ranks of the global batch. DDP and FSDP average gradients over ranks, so a sum's
gradient is to be multiplied by `ranks() / count`, the count being that of all ranks together.
"""

import os
from collections.abc import Mapping
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn

M = TypeVar("M", bound=tuple[Any, Any])


def start(device: torch.device | str) -> None:
    """Join the other ranks, over NCCL on CUDA and gloo elsewhere; nothing unless torchrun set RANK and WORLD_SIZE."""
    if not {"RANK", "WORLD_SIZE"} <= os.environ.keys():
        return
    if torch.device(device).type == "cuda":
        gpu = _own_gpu()
        torch.cuda.set_device(gpu)
        dist.init_process_group("nccl", device_id=gpu)
    else:
        dist.init_process_group("gloo")


def _own_gpu() -> torch.device:
    number, gpus = int(os.environ.get("LOCAL_RANK", "0")), torch.cuda.device_count()
    if number >= gpus:
        raise ValueError(
            f"local rank {number} has no GPU, there are {gpus}: start torchrun with --nproc-per-node {gpus}"
        )
    return torch.device("cuda", number)


def stop() -> None:
    """Leave the other ranks."""
    if dist.is_initialized():
        dist.destroy_process_group()


def rank() -> int:
    return dist.get_rank() if dist.is_initialized() else 0


def ranks() -> int:
    return dist.get_world_size() if dist.is_initialized() else 1


def is_first() -> bool:
    """Whether this rank is the one that writes files and speaks."""
    return rank() == 0


def barrier() -> None:
    """Wait until every rank is here."""
    if ranks() > 1:
        dist.barrier()


def sum_means(means: Mapping[str, M]) -> dict[str, M]:
    """Totals and counts summed over ranks, in one reduction; every rank must bring the same names."""
    if ranks() == 1 or not means:
        return dict(means)
    names = sorted(means)
    sums = torch.stack([_number(part) for name in names for part in means[name]])
    dist.all_reduce(sums)
    return {name: type(means[name])(*pair) for name, pair in zip(names, sums.view(-1, 2), strict=True)}


def _number(value: float | Tensor) -> Tensor:
    return torch.as_tensor(value, dtype=torch.float64, device=_device()).detach()


def _device() -> str:
    return "cuda" if dist.get_backend() == "nccl" else "cpu"


def total(value: Tensor) -> Tensor:
    """The sum of all ranks' values."""
    return _reduced(value, dist.ReduceOp.SUM)


def total_with_gradient(value: Tensor) -> Tensor:
    """The sum of all ranks' values, from whose every use on any rank gradients come back to each rank's own."""
    return _Total.apply(value) if ranks() > 1 else value


class _Total(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, value: Tensor) -> Tensor:
        return _reduced(value, dist.ReduceOp.SUM)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:  # pyrefly: ignore
        return _reduced(grad.contiguous(), dist.ReduceOp.SUM)


def largest(number: float) -> float:
    """The largest of all ranks' numbers: what one rank saw, a signal, say, all come to know."""
    return _reduced(_number(number), dist.ReduceOp.MAX).item() if ranks() > 1 else number


def _reduced(value: Tensor, operation: Any) -> Tensor:
    if ranks() == 1:
        return value
    result = value.detach().clone()
    dist.all_reduce(result, operation)
    return result


def gather_columns(own: Tensor) -> Tensor:
    """The global tensor of which each rank has columns (dimension 1) rank::ranks."""
    if ranks() == 1:
        return own
    widths = [torch.zeros((), dtype=torch.int64, device=own.device) for _ in range(ranks())]
    dist.all_gather(widths, torch.tensor(own.shape[1], device=own.device))
    columns = [int(width) for width in widths]
    padded = own.new_zeros(own.shape[0], max(columns), *own.shape[2:])
    padded[:, : own.shape[1]] = own
    parts = [torch.empty_like(padded) for _ in columns]
    dist.all_gather(parts, padded)
    return torch.stack(parts, dim=2).flatten(1, 2)[:, : sum(columns)]


def own_columns(whole: Tensor) -> Tensor:
    """This rank's columns of a global tensor: the inverse of `gather_columns`."""
    return whole[:, rank() :: ranks()]


def wrap(model: nn.Module) -> nn.Module:
    """The model on every rank with gradients averaged (DDP); the model itself where there is one rank."""
    return nn.parallel.DistributedDataParallel(model, gradient_as_bucket_view=True) if ranks() > 1 else model


def plain(model: nn.Module) -> nn.Module:
    """The model without DDP around it."""
    return model.module if isinstance(model, nn.parallel.DistributedDataParallel) else model


def wrap_again(model: nn.Module) -> nn.Module:
    """The model in a new DDP where it was in one: the old one would wait for gradients of what is frozen now."""
    inside = plain(model)
    return model if inside is model else wrap(inside)


def shard(model: nn.Module) -> nn.Module:
    """Split parameters, gradients and optimizer state over ranks (FSDP2); call it before the optimizer is built.

    Each module whose class says `shard_here = True` is gathered as one when it is used, then the root. All ranks
    must have made the same weights: each keeps a part of its own.
    """
    if ranks() == 1:
        return model
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import fully_shard

    mesh = init_device_mesh(_device(), (ranks(),))
    for module in model.modules():
        if getattr(module, "shard_here", False) and module is not model:
            fully_shard(module, mesh=mesh)
    fully_shard(model, mesh=mesh)
    return model


def is_sharded(tensor: Tensor) -> bool:
    """Whether this rank holds a part of the tensor only (importing DTensor, to ask by its type, takes 0.6 s)."""
    return hasattr(tensor, "full_tensor")


def whole(tensor: Tensor) -> Tensor:
    """The tensor, gathered from all ranks if it is sharded."""
    return tensor.full_tensor() if is_sharded(tensor) else tensor  # type: ignore[attr-defined]


def shard_like(value: Tensor, target: Tensor) -> Tensor:
    """A whole tensor split as the target is; every rank brings the whole, so that nothing is sent."""
    if not is_sharded(target):
        return value
    from torch.distributed.tensor import DTensor, distribute_tensor

    assert isinstance(target, DTensor)
    return distribute_tensor(value.to(target.device), target.device_mesh, target.placements, src_data_rank=None)
