// Patches: an image becomes tokens, and a Vision Transformer reads them.

import { over, plus, times } from "./arithmetic.js";
import { convolutionParameters, demandCall } from "./convolution.js";
import { limit } from "./errors.js";
import { flag, image, int, layer } from "./layer.js";
import { python } from "./python.js";
import { asIf, first, pair, pairs } from "./rules.js";

/** A token for each patch, and one for the class. */
function tokens({ image_size, patch_size, class_token = true }) {
  const patch = pair(patch_size);
  const count = times(...pair(image_size).map((side, place) => over(side, patch[place])));
  return plus(count, class_token && 1);
}

const patchParameters = ({ in_channels, patch_size, embed_dim }) => convolutionParameters(
  { in_channels, out_channels: embed_dim, kernel_size: patch_size });

/** One encoder block, all biases included. */
export const blockParameters = (width, hidden) => plus(
  times(4, width, width), times(2, width, hidden), times(9, width), hidden);

const vitParameters = (a) => {
  const { embed_dim, depth, mlp_dim, num_classes = 1000, in_channels = 3 } = a;
  return plus(
    patchParameters({ ...a, in_channels }), embed_dim,
    times(tokens({ ...a, class_token: true }), embed_dim),
    times(depth, blockParameters(embed_dim, mlp_dim)),
    times(2, embed_dim), times(embed_dim, num_classes), num_classes);
};

const positions = (a) => tokens({ ...a, class_token: true }).value * a.embed_dim;

const fromSides = (count) => (a) =>
  count(...pair(a.image_size), ...pair(a.patch_size)) + a.class_token;

export const exercises = {
  vit_tokens: {
    answer: tokens,
    mistakes: {
      "class token forgotten": asIf({ class_token: false }),
      "class token always": asIf({ class_token: true }),
      "patches of one row": fromSides((height, width, down, right) => width / right),
      "sides added": fromSides((height, width, down, right) => height / down + width / right),
      "pixels of a patch": fromSides((height, width, down, right) => down * right),
    },
  },
  patch_embedding_params: {
    answer: patchParameters,
    mistakes: {
      "no bias": (a, ask) => ask() - a.embed_dim,
      "one channel": asIf({ in_channels: 1 }),
      "one side of the patch": (a, ask) => ask({ patch_size: [first(pair(a.patch_size)), 1] }),
      "square patches": pairs(first, "patch_size"),
      "a class token as well": (a, ask) => ask() + a.embed_dim,
    },
  },
  vit_params: {
    answer: vitParameters,
    mistakes: {
      "positions forgotten": (a, ask) => ask() - positions(a),
      "bare parameters forgotten": (a, ask) => ask() - positions(a) - a.embed_dim,
      "one vector missing": (a, ask) => ask() - a.embed_dim,
      "patch embedding forgotten": (a, ask) => ask() - patchParameters(a).value,
      "in_channels ignored": asIf({ in_channels: 3 }),
      "one position for all": (a, ask) => ask() - positions(a) + a.embed_dim,
    },
  },
};

const size = (name, value, max) => ({ ...int(name, value, max), kind: "size" });
const common = { family: "Patches", lesson: "24-patches" };

/** Raises unless the patches cover the image without a rest. */
function demandCover(image_size, patch_size) {
  const patch = pair(patch_size);
  limit(pair(image_size).every((side, place) => side % patch[place] === 0), "ValueError",
    `The patches cover the image without a rest here: ${python(image_size)} is no multiple of `
    + `${python(patch_size)}.`);
}

const embedding = layer({
  ...common,
  id: "patch_embedding",
  name: "Patch embedding",
  arguments: [int("in_channels", 3, 16), size("patch_size", 16, 64), int("embed_dim", 768, 4096),
    flag("class_token", true)],
  input: image(1, 3, 224, 224),
  joint: { in_channels: -3 },
  asks: {
    patch_embedding_params: {
      what: "parameters",
      to: (question) => ({ ...question, input_shape: [1, question.in_channels,
        ...pair(question.patch_size).map((side) => 14 * side)] }),
    },
    vit_tokens: {
      what: "tokens",
      from: (args, input) => ({ ...args, image_size: input.slice(-2) }),
      to: ({ image_size, ...question }) =>
        ({ in_channels: 3, ...question, input_shape: [1, 3, ...pair(image_size)] }),
    },
  },
  line: ({ in_channels, patch_size, embed_dim }) => `nn.Conv2d(${in_channels}, ${embed_dim}, `
    + `${python(patch_size)}, stride=${python(patch_size)})`,
  count(args, input) {
    const { in_channels, embed_dim, class_token } = args;
    limit(input.length === 4, "ValueError", "The input is a batch of images here: four entries.");
    demandCall({ in_channels, out_channels: embed_dim, kernel_size: args.patch_size,
      stride: args.patch_size }, input, 2);
    demandCover(input.slice(-2), args.patch_size);
    const count = tokens({ ...args, image_size: input.slice(-2) });
    return {
      shape: [input[0], count, embed_dim],
      parameters: patchParameters(args),
      multAdds: times(input[0], count.value - class_token, embed_dim, in_channels,
        ...pair(args.patch_size)),
      formulas: [["tokens", count]],
      notes: ["The class token and the positions are parameters of the model, not of this layer."],
    };
  },
});

const vit = layer({
  ...common,
  id: "vit",
  name: "Vision Transformer",
  arguments: [
    size("image_size", 224, 1024), size("patch_size", 16, 64), int("embed_dim", 768, 4096),
    int("depth", 12, 64), int("mlp_dim", 3072, 16384),
    int("num_classes", 1000, 100000, { default: 1000 }), int("in_channels", 3, 16, { default: 3 })],
  asks: { vit_params: "parameters" },
  line: (a) => `vit_params(${python(a.image_size)}, ${python(a.patch_size)}, ${a.embed_dim}, `
    + `${a.depth}, ${a.mlp_dim}, num_classes=${a.num_classes}, in_channels=${a.in_channels})`,
  count(args) {
    demandCover(args.image_size, args.patch_size);
    return { parameters: vitParameters(args), formulas: [["tokens", tokens(args)]] };
  },
});

export const layers = [embedding, vit];
