"""Natural slips in lesson 16, and what a card must say of them."""

LENET = """
def dense(i, o):
    return i * o + o


def conv(i, o, k):
    return k * k * i * o + o


def lenet5_params():
    return {first} + {second} + {linear} + dense(120, 84) + dense(84, 10){more}
"""
VGG = """
def vgg_params(config, batch_norm=False, num_classes=1000):
    total, channels = 0, 3
    for entry in config:
        if entry == "M":
            {pooling}
        else:
            total += 9 * channels * entry + entry + ({norm} if batch_norm else 0)
            channels = entry
    hidden = {hidden}
    return total + channels * 49 * 4096 + 4096 + hidden + 4096 * num_classes + num_classes
"""
RESNET = """
def conv(i, o, k):
    return k * k * i * o + {norm}


def resnet_params(blocks, num_classes=1000):
    total, before = {stem}, 64
    for repeats, after in zip(blocks, (64, 128, 256, 512)):
        for number in range(repeats):
            total += conv(before, after, 3) + conv({second}, after, 3)
            total += {projection}
            before = after
    return total + {features} * num_classes + num_classes
"""
GPT2 = """
def gpt2_params(vocab_size, context, d_model, num_layers):
    d = d_model
    block = {attention} + {hidden} + {norms} * 2 * d
    return {tables} + num_layers * block + {end}
"""
LLAMA = """
def llama_params(vocab_size, d_model, num_layers, num_heads, num_kv_heads, hidden_dim, tied=False):
    d, head = d_model, d_model // num_heads
    key = {key}
    block = {attention} + {hidden} + {norms} * d
    return vocab_size * d * {tables} + num_layers * block + {end}
"""


def lenet(words, first="conv(1, 6, 5)", second="conv(6, 16, 5)", linear="dense(400, 120)", more=""):
    names = {"first": first, "second": second, "linear": linear, "more": more}
    return "lenet5_params", LENET.format(**names), words


def vgg(words, pooling="pass", norm="2 * entry", hidden="4096 * 4096 + 4096"):
    return "vgg_params", VGG.format(pooling=pooling, norm=norm, hidden=hidden), words


def resnet(words, **changes):
    names = {
        "norm": "2 * o",
        "stem": "conv(3, 64, 7)",
        "second": "after",
        "projection": "conv(before, after, 1) if before != after else 0",
        "features": "512",
    }
    return "resnet_params", RESNET.format(**names | changes), words


def gpt2(words, **changes):
    names = {
        "attention": "4 * (d * d + d)",
        "hidden": "8 * d * d + 4 * d + d",
        "norms": "2",
        "tables": "(vocab_size + context) * d",
        "end": "2 * d",
    }
    return "gpt2_params", GPT2.format(**names | changes), words


def llama(words, **changes):
    names = {
        "key": "num_kv_heads * head",
        "attention": "2 * d * d + 2 * d * key",
        "hidden": "3 * d * hidden_dim",
        "norms": "2",
        "tables": "(1 if tied else 2)",
        "end": "d",
    }
    return "llama_params", LLAMA.format(**names | changes), words


CARDS = [
    lenet("You gave each pooling two parameters", more=" + 2 * 6 + 2 * 16"),
    lenet("A pooling has a window", more=" + conv(6, 6, 2) + conv(16, 16, 2)"),
    lenet("Your second convolution sees one channel", second="conv(1, 16, 5)"),
    lenet("A map has rows and columns", linear="dense(16 * 5, 120)"),
    lenet("maps of 7x7", linear="dense(16 * 7 * 7, 120)"),
    lenet("maps of 6x6", linear="dense(16 * 6 * 6, 120)"),
    lenet("as if the convolutions kept the size", linear="dense(32 * 32, 120)"),
    lenet("You left out the second convolution", second="0"),
    lenet("You left out the first Linear", linear="0"),
    vgg("make the channels fewer", pooling="channels //= 2"),
    vgg("It stands behind it", norm="2 * channels"),
    vgg("It has two for each channel", norm="2"),
    vgg("Linear from 4096 to 4096 too many", hidden="2 * (4096 * 4096 + 4096)"),
    resnet(
        "You gave the first stage a projection",
        projection="conv(before, after, 1) if number == 0 else 0",
    ),
    resnet("bias", stem="conv(3, 64, 7) + 64"),
    resnet("An RGB image has three", stem="conv(1, 64, 7)"),
    resnet("It gets what the first puts out", second="before"),
    resnet(
        "Your projections have 3x3 kernels",
        projection="conv(before, after, 3) if before != after else 0",
    ),
    resnet(
        "one number for each channel", projection="(before + 1) * after if before != after else 0"
    ),
    resnet("An average makes one number of each map", features="512 * 49"),
    gpt2("a shared parameter counts once", end="2 * d + vocab_size * d"),
    gpt2("Biases are missing in each block", attention="4 * d * d + d"),
    gpt2("Both of your hidden layer's biases", hidden="8 * d * d + 8 * d"),
    gpt2("one for each place in the", tables="vocab_size * d + d"),
    gpt2("You multiplied tokens and positions", tables="vocab_size * context * d"),
    gpt2("two LayerNorms", norms="0"),
    gpt2("Your hidden layer has one matrix", hidden="4 * d * d + 4 * d + d"),
    llama("The more keys there are", key="num_heads // num_kv_heads * head"),
    llama("The more keys there are", key="d // num_kv_heads"),
    llama("has `d_model` features", key="num_kv_heads * d"),
    llama("One narrow matrix is missing", attention="2 * d * d + d * key"),
    llama("two numbers for each feature", norms="4"),
    llama("You left out the RMSNorms of the blocks", norms="0"),
    llama("one matrix in the hidden layer", hidden="d * hidden_dim"),
    llama("once too often", tables="(2 if tied else 3)"),
    llama("the wrong way round", tables="(2 if tied else 1)"),
]
