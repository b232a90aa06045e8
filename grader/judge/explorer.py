"""The Layer Explorer on the course's site: where it shows the case of a card."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import quote

PACKAGE = "every-layer-counts"
EXPLORED = {  # exercises whose cases it shows
    *("linear_params", "linear_output_shape", "linear_mult_adds", "mlp_params", "prelu_params"),
    *("glu_output_shape", "embedding_params", "embedding_output_shape", "tied_head_params"),
    *("conv1d_params", "conv1d_output_length", "conv1d_mult_adds", "receptive_field"),
    *("conv2d_params", "conv2d_output_shape", "conv2d_mult_adds", "pointwise_params"),
    *("depthwise_params", "separable_params", "separable_mult_adds", "pool_output_length"),
    *("pool2d_output_shape", "adaptive_pool2d_output_shape", "flatten_output_shape"),
    *("classifier_in_features", "batchnorm_params", "batchnorm_buffers", "layernorm_params"),
    *("groupnorm_params", "rmsnorm_params", "dropout_params", "projection_params"),
    *("basic_block_params", "concat_output_shape", "rnn_params", "recurrent_output_shape"),
    *("gru_params", "lstm_params", "attention_params", "attention_mult_adds"),
    *("transformer_layer_params", "grouped_query_params", "tensor_size", "tensor_bytes"),
    *("params_bytes", "adam_training_bytes", "lenet5_params", "vgg_params", "resnet_params"),
    *("gpt2_params", "llama_params", "cache_elements", "cache_bytes", "decode_mult_adds"),
    *("conv_transpose2d_weight_shape", "conv_transpose2d_output_shape"),
    *("conv_transpose2d_mult_adds", "unet_params", "moe_params", "moe_active_params"),
    *("moe_mult_adds", "lora_params", "llama_lora_params", "finetune_bytes", "quantized_bytes"),
    *("bits_per_weight", "patch_embedding_params", "vit_tokens", "vit_params"),
}


@cache
def site() -> str:
    """Where the course's site stands: `Site` in [project.urls] of pyproject.toml; '' if nowhere."""
    try:
        urls = importlib.metadata.metadata(PACKAGE).get_all("Project-URL") or []
    except importlib.metadata.PackageNotFoundError:
        return ""
    pairs = (url.partition(", ") for url in urls)
    return next((address.rstrip("/") for label, _, address in pairs if label == "Site"), "")


def address(exercise: str, arguments: Mapping[str, Any], at: str) -> str:
    """The Layer Explorer's address for a case of an exercise; '' if it does not show it.

    Args:
        at: where the site stands; '' if nowhere.
    """
    if not at or exercise not in EXPLORED:
        return ""
    values = "&".join(
        f"{name}={quote(repr(value), safe='(),')}" for name, value in arguments.items()
    )
    return f"{at}/explorer.html#{exercise}?{values}"
