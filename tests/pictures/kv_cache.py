"""Small calls of every picture in `grader.figures.kv_cache`."""

import torch

from grader import figures
from grader.course.decoder import Attention

torch.manual_seed(0)
SHARED = Attention(8, num_heads=4, num_kv_heads=2)
PLAIN = Attention(4, num_heads=2, num_kv_heads=2)
WINDOW = Attention(4, num_heads=2, num_kv_heads=1, window=2)
WORDS = ("the", "dog", "saw", "it")
PICTURES = {
    "writing": lambda: figures.writing(WORDS),
    "cache_growth": lambda: figures.cache_growth(SHARED, torch.ones(1, 3, 8), WORDS),
    "cache_growth plain": lambda: figures.cache_growth(PLAIN, torch.ones(1, 2, 4)),
    "cache_growth window": lambda: figures.cache_growth(WINDOW, torch.ones(1, 4, 4), WORDS),
    "cache_size": lambda: figures.cache_size(8192, 8),
    "cache_size all": lambda: figures.cache_size(1, 32),
    "cache_size window": lambda: figures.cache_size(32_768, 8, window=4096),
    "token_cost": lambda: figures.token_cost(64, 4, 2, 128, range(0, 501, 100)),
}
