"""Pictures computed from live tensors. One module a topic; `canvas` is their common language.

Each module's `__all__` names its pictures; where one is called as its module, the name is the
picture's.
"""

from grader.figures.activations import *
from grader.figures.adapters import *
from grader.figures.attention import *
from grader.figures.bill import *
from grader.figures.blocks import *
from grader.figures.channels import *
from grader.figures.connectivity import *
from grader.figures.convolution import *
from grader.figures.dense import *
from grader.figures.design import *
from grader.figures.dropout import *
from grader.figures.embedding import *
from grader.figures.experts import *
from grader.figures.fitting import *
from grader.figures.flatten import *
from grader.figures.kv_cache import *
from grader.figures.ledger import *
from grader.figures.memory import *
from grader.figures.normalization import *
from grader.figures.patches import *
from grader.figures.photo import *
from grader.figures.play import *
from grader.figures.pooling import *
from grader.figures.quantized import *
from grader.figures.recurrent import *
from grader.figures.residual import *
from grader.figures.softmax import *
from grader.figures.training import *
from grader.figures.transformer import *
from grader.figures.upsampling import *

__all__ = sorted(name for name, each in globals().items() if callable(each))
