"""What beginners write in lesson 04, and what the card has to say of it."""

PARAMS = "def embedding_params(num_embeddings, embedding_dim, padding_idx=None):\n"
SHAPE = "def embedding_output_shape(input_shape, embedding_dim):\n"
TIED = "def tied_head_params(num_embeddings, embedding_dim, tied):\n"
ROWS = "def look_up(weight, indices):\n"

CARDS = [
    (
        "look_up",
        ROWS + "    return [weight[i] for i in range(len(indices))]\n",
        "Those are the places *in* the list.",
    ),
    (
        "look_up",
        ROWS + "    return [weight[i - 1] for i in indices]\n",
        "You counted the rows from one.",
    ),
    (
        "look_up",
        ROWS + "    return [weight[i + 1] for i in indices]\n",
        "You took the row after the one that was asked for.",
    ),
    (
        "look_up",
        ROWS + "    rows = []\n    for i in indices:\n        rows += weight[i]\n    return rows\n",
        "You joined the rows end to end",
    ),
    (
        "look_up",
        ROWS + "    for i in indices:\n        return weight[i]\n",
        "You returned one row.",
    ),
    (
        "look_up",
        ROWS + "    for i in indices:\n        row = weight[i]\n    return row\n",
        "You returned the row of the last index.",
    ),
    (
        "look_up",
        ROWS + "    rows = []\n    for i in indices:\n        rows.append(weight[i])\n"
        "        return rows\n",
        "does your `return` stand inside the loop?",
    ),
    (
        "look_up",
        ROWS + "    return [row for i, row in enumerate(weight) if i in indices]\n",
        "Go through `indices` instead.",
    ),
    (
        "look_up",
        ROWS + "    return [[row[i] for row in weight] for i in indices]\n",
        "You took columns of the table.",
    ),
    (
        "look_up",
        "import numpy as np\n" + ROWS + "    return np.array(weight)[:, indices]\n",
        "columns of the table. An index picks a row.",
    ),
    ("look_up", ROWS + "    return [[weight[i]] for i in indices]\n", "pair of brackets"),
    (
        "look_up",
        ROWS + "    rows = [[0] * len(weight[0])] * len(indices)\n"
        "    for place, i in enumerate(indices):\n"
        "        for column, value in enumerate(weight[i]):\n"
        "            rows[place][column] = value\n    return rows\n",
        "All your rows are the same one",
    ),
    (
        "look_up",
        ROWS + "    return weight[indices[0]:indices[-1] + 1]\n",
        "all the rows from the first index to the last one",
    ),
    (
        "look_up",
        ROWS + "    return [[0] * i + [1] + [0] * (len(weight) - 1 - i) for i in indices]\n",
        "You wrote down a 1 at the place of each index",
    ),
    (
        "look_up",
        ROWS + "    return [weight[i] for i in reversed(indices)]\n",
        "as if `indices` were reversed",
    ),
    (
        "embedding_params",
        PARAMS + "    if padding_idx:\n        num_embeddings -= 1\n"
        "    return num_embeddings * embedding_dim\n",
        "0 counts as false in Python",
    ),
    (
        "embedding_params",
        PARAMS + "    return num_embeddings * embedding_dim - (padding_idx is not None)\n",
        "right except when `padding_idx` is given",
    ),
    (
        "embedding_output_shape",
        SHAPE + "    return (input_shape[0] if input_shape else 1, embedding_dim)\n",
        "You kept the first dimension of the input only.",
    ),
    (
        "embedding_output_shape",
        SHAPE + "    return (*input_shape[:1], embedding_dim)\n",
        "each index has a vector, not each row of indices",
    ),
    (
        "embedding_output_shape",
        SHAPE + "    return (len(input_shape), embedding_dim)\n",
        "You counted the dimensions of the input.",
    ),
    (
        "embedding_output_shape",
        SHAPE + "    return (embedding_dim,) + input_shape[1:]\n",
        "No dimension of the input goes away.",
    ),
    (
        "embedding_output_shape",
        SHAPE + "    return (*input_shape, embedding_dim, 1)\n",
        "Nothing comes after them.",
    ),
    (
        "embedding_output_shape",
        SHAPE + "    return (*input_shape, embedding_dim) if input_shape else ()\n",
        "The shape `()` means one index.",
    ),
    (
        "tied_head_params",
        TIED + "    one = num_embeddings * embedding_dim\n    return one if tied else one**2\n",
        "You multiplied the two counts.",
    ),
    (
        "tied_head_params",
        TIED + "    one = num_embeddings * embedding_dim\n    return one + one * tied\n",
        "You read `tied` the wrong way round.",
    ),
]
