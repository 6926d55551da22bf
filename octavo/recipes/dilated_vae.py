"""Variational autoencoders with dilated convolutions (Yang, Hu, Salakhutdinov & Berg-Kirkpatrick 2017)."""

# The paper's sizes, and two smaller: sentences are shorter than most of these see.
DILATIONS: dict[str, tuple[int, ...]] = {
    "tiny": (1,),
    "smaller": (1, 2),
    "s": (1, 2, 4),
    "m": (1, 2, 4, 8, 16),
    "l": (1, 2, 4, 8, 16) * 2,
    "vl": (1, 2, 4, 8, 16) * 3,
}
