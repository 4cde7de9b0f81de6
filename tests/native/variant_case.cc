#include "variant_case.h"

#include <sstream>

#include "numbers.h"

namespace nrnn::test {
namespace {

const char* ActivationName(nrnn_activation kind) {
  constexpr const char* kNames[] = {"default",      "sigmoid",  "tanh",   "relu",
                                    "hard_sigmoid", "softsign", "affine", "elu"};
  return kNames[kind];
}

// bounded: only functions whose values stay within some limit. A gate without one lets the state
// grow from step to step, and the roundings with it.
Activation Pick(Numbers& numbers, const Activation& usual, bool bounded) {
  auto all = Activations();
  if (bounded) {
    std::vector<Activation> some;
    for (const Activation& f : all) {
      if (f.kind != NRNN_ACTIVATION_RELU && f.kind != NRNN_ACTIVATION_AFFINE &&
          f.kind != NRNN_ACTIVATION_ELU)
        some.push_back(f);
    }
    all = some;
  }
  if (numbers.Coin()) return usual;
  return all[static_cast<size_t>(numbers.Integer(0, static_cast<int64_t>(all.size()) - 1))];
}

bool IsGated(Cell cell) { return GateCount(cell) > 1; }

// A number, or 0 in two of three cases.
float Sometimes(Numbers& numbers, float value) { return numbers.Integer(0, 2) == 0 ? value : 0; }

void DrawLstm(Numbers& numbers, int64_t hidden, RnnOptions& options) {
  options.peephole = numbers.Coin();
  options.coupled = numbers.Coin();
  options.cell_clip = Sometimes(numbers, 0.3f);
  options.zoneout_c = Sometimes(numbers, 0.25f);
  if (hidden > 1 && numbers.Coin()) {
    options.projection = numbers.Integer(1, hidden - 1);
    options.projection_clip = Sometimes(numbers, 0.05f);
  }
}

}  // namespace

std::string OptionsName(const RnnOptions& options) {
  if (!options.any) return "";
  std::ostringstream name;
  const auto number = [&](const char* what, double value) {
    if (value != 0) name << what << value;
  };
  number("_proj", static_cast<double>(options.projection));
  number("_peephole", options.peephole);
  number("_coupled", options.coupled);
  number("_norm", options.layer_norm);
  name << "_" << ActivationName(options.gate.kind) << "_" << ActivationName(options.candidate.kind)
       << "_" << ActivationName(options.output.kind);
  number("_cellclip", options.cell_clip);
  number("_projclip", options.projection_clip);
  number("_zoneh", options.zoneout_h);
  number("_zonec", options.zoneout_c);
  number("_indrop", options.input_dropout);
  number("_recdrop", options.recurrent_dropout);
  number("_weightdrop", options.weight_dropout);
  number("_evaluation", options.evaluation);
  return name.str();
}

void SetOptions(const RnnOptions& options, nrnn_rnn_config& config) {
  config.projection_size = static_cast<int32_t>(options.projection);
  config.peephole = options.peephole;
  config.coupled = options.coupled;
  config.layer_norm = options.layer_norm;
  config.norm_epsilon = options.norm_epsilon;
  const bool lstm = config.cell == NRNN_CELL_LSTM;
  if (lstm || config.cell == NRNN_CELL_GRU) {
    config.gate_activation = options.gate.kind;
    config.gate_alpha = options.gate.alpha;
    config.gate_beta = options.gate.beta;
  }
  config.candidate_activation = options.candidate.kind;
  config.candidate_alpha = options.candidate.alpha;
  config.candidate_beta = options.candidate.beta;
  if (lstm) {
    config.output_activation = options.output.kind;
    config.output_alpha = options.output.alpha;
    config.output_beta = options.output.beta;
  }
  config.cell_clip = options.cell_clip;
  config.projection_clip = options.projection_clip;
  config.zoneout_h = options.zoneout_h;
  config.zoneout_c = options.zoneout_c;
  config.input_dropout = options.input_dropout;
  config.recurrent_dropout = options.recurrent_dropout;
  config.weight_dropout = options.weight_dropout;
  config.evaluation = options.evaluation;
}

std::vector<Activation> Activations() {
  return {{NRNN_ACTIVATION_SIGMOID, 0, 0},
          {NRNN_ACTIVATION_TANH, 0, 0},
          {NRNN_ACTIVATION_RELU, 0, 0},
          {NRNN_ACTIVATION_HARD_SIGMOID, 0.2f, 0.5f},
          {NRNN_ACTIVATION_HARD_SIGMOID, 1 / 6.0f, 0.5f},
          {NRNN_ACTIVATION_SOFTSIGN, 0, 0},
          {NRNN_ACTIVATION_AFFINE, 0.75f, 0.125f},
          {NRNN_ACTIVATION_ELU, 1, 0},
          {NRNN_ACTIVATION_ELU, 0.5f, 0}};
}

RnnOptions PlainOptions(Cell cell) {
  RnnOptions options;
  options.any = true;
  options.norm_epsilon = 1e-5f;
  options.gate.kind = NRNN_ACTIVATION_SIGMOID;
  options.candidate.kind = cell == Cell::kRnnRelu ? NRNN_ACTIVATION_RELU : NRNN_ACTIVATION_TANH;
  options.output.kind = NRNN_ACTIVATION_TANH;
  return options;
}

std::vector<RnnOptions> SingleOptions(Cell cell, int64_t hidden) {
  std::vector<RnnOptions> all;
  const auto add = [&](auto change) {
    all.push_back(PlainOptions(cell));
    change(all.back());
  };
  for (const Activation& f : Activations()) {
    if (IsGated(cell)) add([&](RnnOptions& o) { o.gate = f; });
    add([&](RnnOptions& o) { o.candidate = f; });
    if (cell == Cell::kLstm) add([&](RnnOptions& o) { o.output = f; });
  }
  add([](RnnOptions& o) { o.layer_norm = true; });
  add([](RnnOptions& o) { o.zoneout_h = 0.25f; });
  add([](RnnOptions& o) { o.zoneout_h = 0.25f, o.evaluation = true; });
  add([](RnnOptions& o) { o.input_dropout = 0.25f; });
  add([](RnnOptions& o) { o.recurrent_dropout = 0.25f; });
  add([](RnnOptions& o) { o.weight_dropout = 0.25f; });
  if (cell != Cell::kLstm) return all;
  add([](RnnOptions& o) { o.peephole = true; });
  add([](RnnOptions& o) { o.coupled = true; });
  add([](RnnOptions& o) { o.coupled = o.peephole = true; });
  add([](RnnOptions& o) { o.cell_clip = 0.2f; });
  add([](RnnOptions& o) { o.cell_clip = 0.2f, o.peephole = true; });
  add([](RnnOptions& o) { o.zoneout_c = 0.25f; });
  add([](RnnOptions& o) { o.zoneout_c = o.zoneout_h = 0.25f, o.evaluation = true; });
  add([&](RnnOptions& o) { o.projection = hidden - 1; });
  add([&](RnnOptions& o) { o.projection = hidden - 1, o.projection_clip = 0.05f; });
  return all;
}

RnnCase WithRandomVariant(RnnCase rnn_case, uint64_t seed) {
  rnn_case = WithRandomOptions(rnn_case, seed);
  Numbers numbers(seed + 77);
  const Cell cell = rnn_case.shape.cell;
  RnnOptions options = PlainOptions(cell);
  if (IsGated(cell)) options.gate = Pick(numbers, options.gate, true);
  options.candidate = Pick(numbers, options.candidate, false);
  options.layer_norm = numbers.Coin();
  // Normalisation multiplies roundings by up to 1 / sqrt(epsilon): few units may have next to no
  // variance.
  options.norm_epsilon = 0.05f;
  options.zoneout_h = Sometimes(numbers, 0.25f);
  options.input_dropout = Sometimes(numbers, 0.3f);
  options.recurrent_dropout = Sometimes(numbers, 0.2f);
  options.weight_dropout = Sometimes(numbers, 0.4f);
  if (cell == Cell::kLstm) {
    options.output = Pick(numbers, options.output, false);
    DrawLstm(numbers, rnn_case.shape.hidden, options);
  }
  options.evaluation = numbers.Integer(0, 7) == 0;
  if (options.evaluation) {
    options.input_dropout = options.recurrent_dropout = options.weight_dropout = 0;
    rnn_case.shape.dropout = 0;
  }
  rnn_case.shape.options = options;
  rnn_case.training = numbers.Integer(0, 4) > 0;
  return rnn_case;
}

}  // namespace nrnn::test
