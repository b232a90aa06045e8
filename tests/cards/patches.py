"""Wrong answers to the exercises of lesson 24, with the words that their cards must say."""

TOP = "for top in range(0, len(image), patch_size):"
LEFT = "for left in range(0, len(image[0]), patch_size):"


def patchify(top=TOP, left=LEFT, patch="[]", row="row[left:left + patch_size]", end="patches"):
    return f"""
def patchify(image, patch_size):
    patches = []
    {top}
        {left}
            patch = {patch}
            for row in image[top:top + patch_size]:
                patch += {row}
            patches.append(patch)
    return {end}
"""


FLAT = """
def patchify(image, patch_size):
    numbers = [x for row in image for x in row]
    area = patch_size * patch_size
    return [numbers[i:i + area] for i in range(0, len(numbers), area)]
"""
GRIDS = """
import numpy as np
def patchify(image, patch_size):
    a = np.array(image)
    h, w = a.shape
    return [a[i:i+patch_size, j:j+patch_size].tolist()
            for i in range(0, h, patch_size) for j in range(0, w, patch_size)]
"""
RESHAPED = """
import numpy as np
def patchify(image, patch_size):
    x = np.array(image, dtype=float)
    p = patch_size
    return x.reshape({shape}).transpose({order}).reshape(-1, {last})
"""
AT_EVERY_PIXEL = """
def patchify(image, patch_size):
    p, out = patch_size, []
    for i in range(len(image) - p + 1):
        for j in range(len(image[0]) - p + 1):
            out.append([image[i + a][j + b] for a in range(p) for b in range(p)])
    return out
"""
INDEXED = """
def patchify(image, patch_size):
    p, out = patch_size, []
    for i in range(len(image) // p):
        for j in range(len(image[0]) // p):
            out.append([{pixel} for a in range(p) for b in range(p)])
    return out
"""
SIZES = """
    h, w = image_size if isinstance(image_size, tuple) else (image_size, image_size)
    p, q = patch_size if isinstance(patch_size, tuple) else (patch_size, patch_size)
"""
TOKENS = "def vit_tokens(image_size, patch_size, class_token=True):" + SIZES + "    return "
EMBEDDING = """
def patch_embedding_params(in_channels, patch_size, embed_dim):
    p, q = patch_size if isinstance(patch_size, tuple) else (patch_size, patch_size)
    return """
ARGUMENTS = "image_size, patch_size, embed_dim, depth, mlp_dim, num_classes=1000, in_channels=3"


def vit(
    patches="p * q * in_channels * d + d",
    extra="d",
    positions="(1 + n) * d",
    attention="4 * (d * d + d)",
    hidden="2 * d * mlp_dim + mlp_dim + d",
    norms="4 * d",
    blocks="depth",
    end="2 * d",
    head="d * num_classes + num_classes",
):
    return f"""
def vit_params({ARGUMENTS}):{SIZES}
    d, n = embed_dim, (h // p) * (w // q)
    total = {patches}
    total += {extra}
    total += {positions}
    total += {blocks} * ({attention} + {hidden} + {norms})
    return total + {end} + {head}
"""


def at_zero(old, new):
    return patchify().replace(old, new)


CARDS = [
    ("patchify", FLAT, "cut that into pieces. A patch is a square"),
    ("patchify", GRIDS, "Each should be one flat list"),
    (
        "patchify",
        RESHAPED.format(shape="-1, p, x.shape[1] // p, p", order="0, 2, 1, 3", last="p"),
        "a list of its own",
    ),
    (
        "patchify",
        RESHAPED.format(
            shape="-1, p, x.shape[1] // p, p", order="1, 3, 0, 2", last="x.size // p**2"
        ),
        "lie `patch_size` apart",
    ),
    (
        "patchify",
        RESHAPED.format(shape="-1, p, x.shape[1] // p, p", order="2, 0, 1, 3", last="p * p"),
        "first down, then right",
    ),
    (
        "patchify",
        RESHAPED.format(shape="-1, p, x.shape[1] // p, p", order="0, 2, 3, 1", last="p * p"),
        "Inside each patch your pixels go down first",
    ),
    ("patchify", AT_EVERY_PIXEL, "Your patches overlap"),
    ("patchify", patchify(end="patch"), "a single patch, the last one"),
    ("patchify", patchify(row="[row[left:left + patch_size]]"), "flat list"),
    ("patchify", patchify(row="row"), "whole rows of the image"),
    ("patchify", patchify(left="for left in range(0, len(image), patch_size):"), "counts the rows"),
    (
        "patchify",
        patchify(top="for top in range(0, len(image) - patch_size, patch_size):"),
        "at the bottom are missing",
    ),
    ("patchify", at_zero("patch +=", "patch ="), "`=` where `+=` is meant"),
    ("patchify", at_zero("    return", "            return"), "`return` stand inside a loop"),
    ("patchify", INDEXED.format(pixel="image[i * p + b][j * p + a]"), "pixels go down first"),
    ("patchify", INDEXED.format(pixel="image[i + a][j + b]"), "one pixel after the one before"),
    ("vit_tokens", TOKENS + "(h // p) * (w // q)\n", "one more token stands in front"),
    ("vit_tokens", TOKENS + "(h // p) * (w // q) + 1\n", "the patches are all there is"),
    ("vit_tokens", TOKENS + "h // p + w // q + class_token\n", "You added the patches down"),
    ("vit_tokens", TOKENS + "h // p + class_token\n", "the patches of one row"),
    ("vit_tokens", TOKENS + "h * w // p + class_token\n", "How many pixels has a patch?"),
    ("vit_tokens", TOKENS + "p * q + class_token\n", "not how many patches there are"),
    ("vit_tokens", TOKENS + "p * q\n", "two mistakes at once"),
    ("vit_tokens", TOKENS + "h * w + class_token\n", "a token for each pixel"),
    ("vit_tokens", TOKENS + "3 * (h // p) * (w // q) + class_token\n", "three times"),
    ("vit_tokens", TOKENS + "(h // p) ** 2 + class_token\n", "Right for ints"),
    ("vit_tokens", TOKENS + "(h // p, w // q)\n", "the grid's height and width"),
    ("vit_tokens", TOKENS + "(h - p + 1) * (w - q + 1) + class_token\n", "let the patches overlap"),
    (
        "vit_tokens",
        "def vit_tokens(image_size, patch_size, class_token=True):\n"
        "    return (image_size // patch_size) ** 2 + class_token\n",
        "'tuple' and 'int'",
    ),
    ("patch_embedding_params", EMBEDDING + "p * q * in_channels * embed_dim\n", "has a bias"),
    ("patch_embedding_params", EMBEDDING + "p * q * embed_dim + embed_dim\n", "one channel"),
    ("patch_embedding_params", EMBEDDING + "p * in_channels * embed_dim + embed_dim\n", "one side"),
    ("patch_embedding_params", EMBEDDING + "3 * p * q * embed_dim + embed_dim\n", "three channels"),
    ("patch_embedding_params", EMBEDDING + "p * q * in_channels * embed_dim + 1\n", "single bias"),
    ("patch_embedding_params", EMBEDDING + "in_channels * embed_dim + embed_dim\n", "grow with"),
    (
        "patch_embedding_params",
        EMBEDDING + "p * q * in_channels + embed_dim\n",
        "You added the num",
    ),
    (
        "patch_embedding_params",
        EMBEDDING + "(p * q + in_channels) * embed_dim + embed_dim\n",
        "added the channels",
    ),
    (
        "patch_embedding_params",
        EMBEDDING + "p * q * in_channels * embed_dim + in_channels\n",
        "a bias for each input channel",
    ),
    (
        "patch_embedding_params",
        EMBEDDING + "p * p * in_channels * embed_dim + embed_dim\n",
        "Right for square patches",
    ),
    (
        "patch_embedding_params",
        EMBEDDING + "(p + q) * in_channels * embed_dim + embed_dim\n",
        "You added the two sides",
    ),
    (
        "patch_embedding_params",
        EMBEDDING + "p * q * in_channels * embed_dim + 2 * embed_dim\n",
        "the class token is no part of it",
    ),
    ("vit_params", vit(positions="0"), "You left out the positions"),
    ("vit_params", vit(positions="0", extra="0"), "Two parameters belong to none of them"),
    ("vit_params", vit(positions="n * d"), "one vector outside the blocks"),
    ("vit_params", vit(extra="0"), "one vector outside the blocks"),
    ("vit_params", vit(extra="0", positions="n * d"), "the class token with its position"),
    ("vit_params", vit(end="0"), "as many as the last LayerNorm has"),
    ("vit_params", vit(positions="1 + n"), "one number for each position"),
    ("vit_params", vit(positions="d"), "one vector for all positions"),
    ("vit_params", vit(positions="(2 + n) * d"), "Is the class token counted twice"),
    ("vit_params", vit(patches="p * in_channels * d + d"), "reads one side of a patch"),
    ("vit_params", vit(patches="p * q * 3 * d + d"), "Right for RGB images"),
    ("vit_params", vit(patches="n * (p * q * in_channels * d + d)"), "once for each patch"),
    ("vit_params", vit(patches="0"), "the layer that makes tokens of patches"),
    ("vit_params", vit(blocks="1"), "There are `depth` blocks"),
    ("vit_params", vit(norms="0"), "its two LayerNorms have"),
    ("vit_params", vit(attention="4 * d * d"), "the biases of its four projections"),
    ("vit_params", vit(norms="2 * d"), "It has two LayerNorms"),
    ("vit_params", vit(attention="3 * (d * d + d)"), "three projections in the attention"),
    ("vit_params", vit(hidden="d * mlp_dim + mlp_dim"), "A second one leads back"),
    ("vit_params", vit(hidden="8 * d * d + 5 * d"), "Here `mlp_dim` says how wide it is"),
    ("vit_params", vit(hidden="2 * d * 2048 + 2048 + d"), "a hidden layer of 2,048 numbers"),
    ("vit_params", vit(head="d * num_classes"), "The head's bias is missing"),
    ("vit_params", vit(head="(1 + n) * d * num_classes + num_classes"), "reads all the tokens"),
    ("vit_params", vit(head="1000 * d + 1000"), "Right for 1000 classes"),
    ("vit_params", vit(head="0"), "You left out the head"),
    ("vit_params", vit(attention="4 * d * d", hidden="2 * d * mlp_dim"), "without their biases"),
    ("vit_params", vit(positions="(1 + n) * d * depth"), "once for each block"),
    ("vit_params", vit(positions="(1 + p * q) * d"), "Your positions grow with the patch"),
    ("vit_params", vit(head="d * d + d + d * num_classes + num_classes"), "The head is one Linear"),
]
