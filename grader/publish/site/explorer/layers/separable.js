// Depthwise, pointwise and separable convolutions: all made of nn.Conv2d, padding "same", stride 1.

import { digits, plus, sides, times } from "./arithmetic.js";
import { convolutionParameters, demandCall } from "./convolution.js";
import { flag, image, int, layer } from "./layer.js";
import { python } from "./python.js";
import { BIAS_ALWAYS, NO_BIAS, ONE_BIAS, asIf, first, pair, pairs } from "./rules.js";

const depthwiseParameters = ({ in_channels, kernel_size, multiplier = 1, bias = true }) => plus(
  times(in_channels, multiplier > 1 && multiplier, ...sides(kernel_size, 2)),
  bias && times(in_channels, multiplier > 1 && multiplier));

const pointwiseParameters = ({ in_channels, out_channels, bias = true }) =>
  plus(times(out_channels, in_channels), bias && out_channels);

const separableParameters = (a) =>
  plus(depthwiseParameters(a), pointwiseParameters(a));

/** Each channel of each place: its kernel first, then all the output channels. */
const depthwiseWork = ({ input_shape, kernel_size }) =>
  times(...input_shape, ...sides(kernel_size, 2));
const pointwiseWork = ({ input_shape, out_channels }) => times(...input_shape, out_channels);
const separableWork = (a) => plus(depthwiseWork(a), pointwiseWork(a));

/** Raises what the depthwise convolution raises: each channel is a group. */
function demandDepthwise({ in_channels, kernel_size, multiplier = 1 }, input) {
  demandCall({ in_channels, out_channels: in_channels * multiplier, kernel_size,
    padding: "same", groups: in_channels }, input, 2);
}

const ordinary = (a) => convolutionParameters(a).value;

export const exercises = {
  pointwise_params: {
    answer: pointwiseParameters,
    mistakes: {
      ...NO_BIAS,
      ...BIAS_ALWAYS,
      "bias per input channel": (a, ask) => ask({ bias: false }) + a.bias * a.in_channels,
      ...ONE_BIAS,
      "one weight per output channel": asIf({ in_channels: 1 }),
      "channels added": (a) => a.in_channels + a.out_channels,
      "a 3x3 kernel": (a) => ordinary({ ...a, kernel_size: 3 }),
    },
  },
  depthwise_params: {
    answer: depthwiseParameters,
    mistakes: {
      "ordinary convolution": (a) =>
        ordinary({ ...a, out_channels: a.in_channels * a.multiplier }),
      "one filter for all channels": asIf({ in_channels: 1 }),
      "multiplier ignored": asIf({ multiplier: 1 }),
      "multiplier as out_channels": (a) => ordinary({ ...a, out_channels: a.multiplier }),
      ...NO_BIAS,
      ...BIAS_ALWAYS,
      "bias per weight": (a, ask) => ask({ bias: false }) * (1 + a.bias),
      "kernel as a square": pairs(first, "kernel_size"),
    },
  },
  separable_params: {
    answer: separableParameters,
    mistakes: {
      "ordinary convolution": ordinary,
      "depthwise only": (a) => depthwiseParameters(a),
      "pointwise only": pointwiseParameters,
      "multiplied, not added": (a) => times(depthwiseParameters(a), pointwiseParameters(a)),
      "one bias, as in Keras": (a) =>
        plus(depthwiseParameters({ ...a, bias: false }), pointwiseParameters(a)),
      ...NO_BIAS,
      "kernel in both": (a) => plus(depthwiseParameters(a), ordinary(a)),
    },
  },
  separable_mult_adds: {
    answer: separableWork,
    mistakes: {
      "batch not counted": (a, ask) => ask({ input_shape: [1, ...a.input_shape.slice(1)] }),
      "ordinary convolution": (a) => times(depthwiseWork(a), a.out_channels),
      "depthwise only": depthwiseWork,
      "pointwise only": pointwiseWork,
      "pointwise at one place": (a) => plus(depthwiseWork(a),
        pointwiseWork({ ...a, input_shape: [...a.input_shape.slice(0, 2), 1, 1] })),
      "height for both sides": (a, ask) =>
        ask({ input_shape: [...a.input_shape.slice(0, 3), a.input_shape[2]] }),
    },
  },
};

const kernel = { ...int("kernel_size", 3, 11), kind: "size" };
const inputs = int("in_channels", 12, 512);
const outputs = int("out_channels", 24, 512);
const bias = flag("bias", true);
const common = {
  family: "Depthwise and pointwise",
  lesson: "07-depthwise-pointwise",
  input: image(1, 12, 32, 32),
  joint: { in_channels: -3 },
};

const withChannels = (shape, channels) => [...shape.slice(0, -3), channels, ...shape.slice(-2)];

const end = (flagged) => (flagged ? ")" : ", bias=False)");

const depthwiseLine = ({ in_channels, kernel_size, multiplier = 1, bias: biased }) =>
  `nn.Conv2d(${in_channels}, ${in_channels * multiplier}, ${python(kernel_size)}, `
  + `padding="same", groups=${in_channels}${end(biased)}`;

const pointwiseLine = ({ in_channels, out_channels, bias: biased }) =>
  `nn.Conv2d(${in_channels}, ${out_channels}, 1${end(biased)}`;

const pointwise = layer({
  ...common,
  id: "pointwise",
  name: "Pointwise convolution",
  arguments: [inputs, outputs, bias],
  asks: { pointwise_params: "parameters" },
  line: pointwiseLine,
  count(args, input) {
    demandCall({ ...args, kernel_size: 1 }, input, 2);
    return {
      shape: withChannels(input, args.out_channels),
      parameters: pointwiseParameters(args),
      multAdds: pointwiseWork({ ...args, input_shape: input }),
    };
  },
});

const depthwise = layer({
  ...common,
  id: "depthwise",
  name: "Depthwise convolution",
  arguments: [inputs, kernel, int("multiplier", 1, 8, { default: 1 }), bias],
  asks: { depthwise_params: "parameters" },
  line: depthwiseLine,
  count(args, input) {
    const { in_channels, kernel_size, multiplier } = args;
    const channels = in_channels * multiplier;
    demandDepthwise(args, input);
    return {
      shape: withChannels(input, channels),
      parameters: depthwiseParameters(args),
      multAdds: times(...withChannels(input, channels), ...pair(kernel_size)),
    };
  },
});

const separable = layer({
  ...common,
  id: "separable",
  name: "Separable convolution",
  arguments: [inputs, outputs, kernel, bias],
  asks: {
    separable_params: "parameters",
    separable_mult_adds: {
      what: "mult-adds",
      from: (args, input) => (input.length === 4 ? { ...args, input_shape: input } : null),
    },
  },
  line: (args) => `nn.Sequential(${depthwiseLine(args)}, ${pointwiseLine(args)})`,
  count(args, input) {
    demandDepthwise(args, input);
    return {
      shape: withChannels(input, args.out_channels),
      parameters: separableParameters(args),
      multAdds: separableWork({ ...args, input_shape: input }),
      notes: [`An ordinary convolution would have ${digits(ordinary(args))} `
        + "parameters."],
    };
  },
});

export const layers = [pointwise, depthwise, separable];
