// From maps to vectors, and the number of features that the first Linear finds.

import { dimension } from "./activations.js";
import { plus, times, total } from "./arithmetic.js";
import { demandFit, places } from "./convolution.js";
import { demand, limit } from "./errors.js";
import { anything, image, layer } from "./layer.js";
import { pooled } from "./pooling.js";
import { python } from "./python.js";
import { asIf, first, pair } from "./rules.js";

/** The first and the last of the dimensions that become one. */
function ends({ input_shape, start_dim = 1, end_dim = -1 }) {
  const count = input_shape.length;
  const [start, end] = [dimension(start_dim, count), dimension(end_dim, count)];
  demand(start <= end, "RuntimeError",
    "flatten() has invalid args: start_dim cannot come after end_dim");
  return [start, end];
}

function flattened(a) {
  const [start, end] = ends(a);
  return [...a.input_shape.slice(0, start), times(...a.input_shape.slice(start, end + 1)),
    ...a.input_shape.slice(end + 1)];
}

/** The shapes from the input on: of each convolution without padding, and of each pooling. */
const steps = ({ input_shape, blocks }) => blocks.reduce((shapes, [channels, kernel, pool]) => {
  const [batch, , ...lengths] = shapes.at(-1);
  demandFit({ kernel_size: kernel, padding: 0, dilation: 1 }, lengths);
  const along = places(lengths, { kernel_size: kernel }).map((one) => one.value);
  const convolved = [batch, channels, ...along];
  return [...shapes, convolved, pooled(convolved, pool)];
}, [input_shape]);

const features = (a) => times(...steps(a).at(-1).slice(1));

const eachBlock = (change) => (a, ask) =>
  ask({ blocks: a.blocks.map((block) => change(...block)) });

const withMerged = (a, merged) => {
  const [start, end] = ends(a);
  return [...a.input_shape.slice(0, start), merged(a.input_shape.slice(start, end + 1)),
    ...a.input_shape.slice(end + 1)];
};

export const exercises = {
  flatten_output_shape: {
    answer: flattened,
    mistakes: {
      "everything flattened": asIf({ start_dim: 0, end_dim: -1 }),
      "start_dim ignored": asIf({ start_dim: 1 }),
      "end_dim ignored": asIf({ end_dim: -1 }),
      "front dimensions lost": (a, ask) => ask().slice(ends(a)[0]),
      "sizes added": (a) => withMerged(a, total),
    },
  },
  classifier_in_features: {
    answer: features,
    mistakes: {
      "batch counted": (a, ask) => ask() * a.input_shape[0],
      "convolution keeps the size": eachBlock((channels, kernel, pool) => [channels, 1, pool]),
      "pooling ignored": eachBlock((channels, kernel) => [channels, kernel, 1]),
      "always halved": eachBlock((channels, kernel) => [channels, kernel, 2]),
      "width unchanged": eachBlock((channels, kernel, pool) =>
        [channels, [first(pair(kernel)), 1], [first(pair(pool)), 1]]),
    },
  },
};

const dim = (name, otherwise) => ({ name, kind: "int", value: otherwise, default: otherwise,
  min: -5, max: 4, ownWords: true });

const flatten = layer({
  id: "flatten",
  name: "nn.Flatten",
  family: "Flatten",
  lesson: "09-flatten",
  arguments: [dim("start_dim", 1), dim("end_dim", -1)],
  input: anything(1, 16, 5, 5),
  asks: { flatten_output_shape: "shape" },
  count(args, input) {
    const shape = flattened({ ...args, input_shape: input });
    return { shape, parameters: 0, multAdds: 0,
      formulas: shape.filter((one) => typeof one === "object")
        .map((one) => ["merged dimension", one]) };
  },
});

const FOUR = [1, 1, 32, 32];

const blockLine = ([channels, kernel, pool], before) =>
  `nn.Conv2d(${before}, ${channels}, ${python(kernel)}), nn.MaxPool2d(${python(pool)})`;

const classifier = layer({
  id: "classifier",
  name: "The first Linear after a stack",
  family: "Flatten",
  lesson: "09-flatten",
  arguments: [{ name: "blocks", kind: "windows", value: [[6, 5, 2], [16, 5, 2]], min: 1,
    entries: ["out_channels", "kernel_size", "pool"] }],
  input: image(...FOUR),
  asks: { classifier_in_features: "features" },
  line: ({ blocks }, input = FOUR) => `nn.Sequential(${blocks.map((block, place) =>
    blockLine(block, place ? blocks[place - 1][0] : input[1])).join(", ")}, nn.Flatten())`,
  count(args, input) {
    limit(input.length === 4, "ValueError", "The input is a batch of images here: four entries.");
    limit(args.blocks.every((one) => one.length === 3 && Number.isSafeInteger(one[0])),
      "ValueError", "Each entry of `blocks` is (out_channels, kernel_size, pool).");
    const question = { ...args, input_shape: input };
    const shapes = steps(question);
    const filters = args.blocks.map(([out, kernel], place) =>
      times(out, shapes[2 * place][1], ...pair(kernel)));
    return {
      shape: [input[0], features(question)],
      parameters: plus(...filters.flatMap((one, place) => [one, args.blocks[place][0]])),
      multAdds: times(input[0], plus(...filters.map((one, place) =>
        times(one, ...shapes[2 * place + 1].slice(2))))),
      more: [{ what: "in_features of the Linear", exercise: "classifier_in_features",
        answer: features(question) }],
    };
  },
});

export const layers = [flatten, classifier];
