// The look-up table, and the output layer that may share its weight.

import { product, times } from "./arithmetic.js";
import { demand } from "./errors.js";
import { anything, flag, int, layer } from "./layer.js";
import { asIf } from "./rules.js";

const table = ({ num_embeddings, embedding_dim }) => times(num_embeddings, embedding_dim);
const shapeOf = ({ input_shape, embedding_dim }) => [...input_shape, embedding_dim];

/** The table, and a head of the same size unless it is the same tensor. */
const tiedHead = ({ num_embeddings, embedding_dim, tied }) =>
  times(!tied && 2, num_embeddings, embedding_dim);

export const exercises = {
  embedding_params: {
    answer: table,
    mistakes: {
      "padding row left out": (a, ask) => ask() - (a.padding_idx !== null) * a.embedding_dim,
      "extra row for padding": (a, ask) => ask() + (a.padding_idx !== null) * a.embedding_dim,
    },
  },
  embedding_output_shape: {
    answer: shapeOf,
    mistakes: {
      "last dimension replaced": (a, ask) => ask({ input_shape: a.input_shape.slice(0, -1) }),
      "vector only": asIf({ input_shape: [] }),
      "vectors first": (a) => [a.embedding_dim, ...a.input_shape],
      "indices in one row": (a, ask) => ask({ input_shape: [product(a.input_shape)] }),
    },
  },
  tied_head_params: {
    answer: tiedHead,
    mistakes: {
      "shared weight counted twice": asIf({ tied: false }),
      "always one weight": asIf({ tied: true }),
      "bias in the head": (a, ask) => ask() + a.num_embeddings,
    },
  },
};

const rows = int("num_embeddings", 10000, 100000);
const width = int("embedding_dim", 256, 4096);

const embedding = layer({
  id: "embedding",
  name: "nn.Embedding",
  family: "Embedding",
  lesson: "04-embedding",
  arguments: [rows, width, { name: "padding_idx", kind: "optional", value: null, default: null }],
  input: { name: "input_shape", value: [2, 7], axes: null },
  asks: { embedding_params: "parameters", embedding_output_shape: "shape" },
  count(args, input) {
    const { num_embeddings, padding_idx } = args;
    demand(padding_idx === null || (-num_embeddings <= padding_idx && padding_idx < num_embeddings),
      "AssertionError", "Padding_idx must be within num_embeddings");
    return {
      shape: shapeOf({ ...args, input_shape: input }), parameters: table(args), multAdds: 0,
      notes: ["A look-up multiplies nothing: each index chooses a row."] };
  },
});

const tied = layer({
  id: "tied_head",
  name: "Embedding with an output layer",
  family: "Embedding",
  lesson: "04-embedding",
  arguments: [{ ...rows, value: 50257 }, { ...width, value: 768 }, flag("tied", false, true)],
  input: anything(1, 7),
  asks: { tied_head_params: "parameters" },
  line: ({ num_embeddings, embedding_dim, tied: shared }) => [
    `embedding = nn.Embedding(${num_embeddings}, ${embedding_dim})`,
    `head = nn.Linear(${embedding_dim}, ${num_embeddings}, bias=False)`,
    ...(shared ? ["head.weight = embedding.weight"] : []),
  ].join("\n"),
  count: (args, input) => ({
    shape: [...input, args.num_embeddings],
    parameters: tiedHead(args),
    multAdds: times(...input, args.embedding_dim, args.num_embeddings),
  }),
});

export const layers = [embedding, tied];
