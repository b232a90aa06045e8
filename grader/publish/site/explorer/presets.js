/**
 * Networks that are known by their names, as text. Their totals are sums of these rows; a test
 * compares each with PyTorch's count of the real network.
 */

const convolutions = (channels, width, count) =>
  [`nn.Conv2d(${channels}, ${width}, 3, padding=1), nn.ReLU()`,
    ...Array(count - 1).fill(`nn.Conv2d(${width}, ${width}, 3, padding=1), nn.ReLU()`)].join(", ");

const stage = (channels, width, count) =>
  `${convolutions(channels, width, count)}, nn.MaxPool2d(2)`;

const blocks = (channels, width, stride) =>
  `basic_block(${channels}, ${width}, ${stride}), basic_block(${width}, ${width})`;

const down = (channels, width) => `${convolutions(channels, width, 2)}, Keep(), nn.MaxPool2d(2)`;

const up = (high, low) =>
  `nn.ConvTranspose2d(${high}, ${low}, 2, stride=2), Join(), ${convolutions(2 * low, low, 2)}`;

const classifier = "nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(), nn.Linear(4096, 1000)";

export const presets = [
  {
    name: "MLP",
    input: [1, 784],
    text: "nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10)",
  },
  {
    name: "LeNet-5",
    input: [1, 1, 32, 32],
    text: `nn.Conv2d(1, 6, 5), nn.Tanh(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.Tanh(),
      nn.MaxPool2d(2), nn.Flatten(), nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(),
      nn.Linear(84, 10)`,
  },
  {
    name: "AlexNet",
    input: [1, 3, 224, 224],
    note: "In one tower, as torchvision has it.",
    text: `nn.Conv2d(3, 64, 11, stride=4, padding=2), nn.ReLU(), nn.MaxPool2d(3, stride=2),
      nn.Conv2d(64, 192, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, stride=2),
      nn.Conv2d(192, 384, 3, padding=1), nn.ReLU(), nn.Conv2d(384, 256, 3, padding=1), nn.ReLU(),
      nn.Conv2d(256, 256, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, stride=2),
      nn.AdaptiveAvgPool2d(6), nn.Flatten(), nn.Dropout(), nn.Linear(9216, 4096), nn.ReLU(),
      nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, 1000)`,
  },
  {
    name: "VGG-16",
    input: [1, 3, 224, 224],
    text: `${stage(3, 64, 2)}, ${stage(64, 128, 2)}, ${stage(128, 256, 3)}, ${stage(256, 512, 3)},
      ${stage(512, 512, 3)}, nn.Flatten(), nn.Linear(25088, 4096), nn.ReLU(), nn.Dropout(),
      ${classifier}`,
  },
  {
    name: "ResNet-18",
    input: [1, 3, 224, 224],
    note: "A block is a row: two convolutions with their norms, the shortcut included.",
    text: `nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False), nn.BatchNorm2d(64), nn.ReLU(),
      nn.MaxPool2d(3, stride=2, padding=1), ${blocks(64, 64, 1)}, ${blocks(64, 128, 2)},
      ${blocks(128, 256, 2)}, ${blocks(256, 512, 2)}, nn.AdaptiveAvgPool2d(1), nn.Flatten(),
      nn.Linear(512, 1000)`,
  },
  {
    name: "U-Net",
    input: [1, 1, 256, 256],
    note: "Keep holds a map of the way down; Join puts it beside that of its size on the way up.",
    text: `${down(1, 64)}, ${down(64, 128)}, ${down(128, 256)}, ${down(256, 512)},
      ${convolutions(512, 1024, 2)}, ${up(1024, 512)}, ${up(512, 256)}, ${up(256, 128)},
      ${up(128, 64)}, nn.Conv2d(64, 2, 1)`,
  },
  {
    name: "GPT-2",
    input: [1, 1024],
    note: "The output layer is the embedding's own matrix, which is counted once. The mask saves " +
      "nothing here: attention is counted in full.",
    text: `nn.Embedding(50257, 768), Positions(1024),
      Repeat(12, nn.TransformerEncoderLayer(768, 12, 3072, batch_first=True,
      norm_first=True)), nn.LayerNorm(768),
      TiedHead(768, 50257)`,
  },
  {
    name: "Llama 3 8B",
    input: [1, 8192],
    note: "The shortcuts around attention and SwiGLU cost nothing and are left out; so do rotary " +
      "positions.",
    text: `nn.Embedding(128256, 4096), Repeat(32, nn.RMSNorm(4096),
      grouped_query(4096, 32, 8, 128), nn.RMSNorm(4096), SwiGLU(4096, 14336)), nn.RMSNorm(4096),
      nn.Linear(4096, 128256, bias=False)`,
  },
  {
    name: "ViT-B/16",
    input: [1, 3, 224, 224],
    text: `nn.Conv2d(3, 768, 16, stride=16), Tokens(), ClassToken(), Positions(197),
      Repeat(12, nn.TransformerEncoderLayer(768, 12, 3072, batch_first=True,
      norm_first=True)), nn.LayerNorm(768), FirstToken(),
      nn.Linear(768, 1000)`,
  },
].map(({ text, ...preset }) => ({ ...preset, text: text.replace(/\s+/g, " ") }));
