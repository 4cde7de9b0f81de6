#include "rnn_case.h"

#include <cmath>
#include <sstream>

#include "numbers.h"
#include "variant_case.h"

namespace nrnn::test {

std::string CellName(Cell cell) {
  switch (cell) {
    case Cell::kLstm:
      return "lstm";
    case Cell::kGru:
      return "gru";
    case Cell::kGruResetBefore:
      return "gru_reset_before";
    case Cell::kRnnTanh:
      return "rnn_tanh";
    case Cell::kRnnRelu:
      return "rnn_relu";
  }
  return "unknown";
}

std::string RnnCase::Name() const {
  std::ostringstream name;
  name << CellName(shape.cell) << "_T" << steps << "_B" << batch << "_I" << shape.input << "_H"
       << shape.hidden << "_L" << shape.layers << "_D" << shape.directions;
  if (shape.batch_first) name << "_batchfirst";
  if (!shape.bias) name << "_nobias";
  if (shape.dropout > 0) name << "_dropout";
  if (lengths) name << "_lengths";
  if (states) name << "_states";
  if (!training) name << "_inference";
  if (!dy) name << "_nody";
  if (!dhn) name << "_nodhn";
  if (!dcn) name << "_nodcn";
  name << OptionsName(shape.options) << "_seed" << seed;
  return name.str();
}

nrnn_rnn_config RnnCase::Config() const {
  nrnn_rnn_config config = {};
  switch (shape.cell) {
    case Cell::kLstm:
      config.cell = NRNN_CELL_LSTM;
      break;
    case Cell::kGru:
      config.cell = NRNN_CELL_GRU;
      config.reset_after = 1;
      break;
    case Cell::kGruResetBefore:
      config.cell = NRNN_CELL_GRU;
      break;
    case Cell::kRnnTanh:
      config.cell = NRNN_CELL_RNN_TANH;
      break;
    case Cell::kRnnRelu:
      config.cell = NRNN_CELL_RNN_RELU;
      break;
  }
  config.num_layers = static_cast<int32_t>(shape.layers);
  config.directions = static_cast<int32_t>(shape.directions);
  config.batch_first = shape.batch_first;
  config.bias = shape.bias;
  config.input_size = static_cast<int32_t>(shape.input);
  config.hidden_size = static_cast<int32_t>(shape.hidden);
  config.dropout = shape.dropout;
  if (shape.options.any) SetOptions(shape.options, config);
  return config;
}

reference::RnnSequence<double> MakeSequence(const RnnCase& rnn_case) {
  const RnnShape& shape = rnn_case.shape;
  Numbers numbers(static_cast<uint64_t>(rnn_case.seed));
  reference::RnnSequence<double> sequence = {};
  sequence.steps = rnn_case.steps;
  sequence.batch = rnn_case.batch;
  sequence.training = rnn_case.training;
  sequence.seed = rnn_case.seed;
  // The usual initialisation, under which states neither die nor explode over the steps.
  sequence.params =
      numbers.Reals(ParamsLength(shape), 1 / std::sqrt(static_cast<double>(shape.hidden)));
  sequence.x = numbers.Reals(rnn_case.steps * rnn_case.batch * shape.input);
  const int64_t states = shape.layers * shape.directions * rnn_case.batch;
  if (rnn_case.states) sequence.h0 = numbers.Reals(states * shape.Output());
  if (rnn_case.states && shape.cell == Cell::kLstm)
    sequence.c0 = numbers.Reals(states * shape.hidden);
  for (int64_t row = 0; rnn_case.lengths && row < rnn_case.batch; ++row) {
    const int64_t length = row % 4 == 1 ? 0 : numbers.Integer(0, rnn_case.steps);
    sequence.lengths.push_back(static_cast<int32_t>(length));
  }
  return sequence;
}

reference::RnnOutputs<double> MakeOutputGradients(const RnnCase& rnn_case) {
  const RnnShape& shape = rnn_case.shape;
  Numbers numbers(static_cast<uint64_t>(rnn_case.seed) + 1000003);
  const int64_t states = shape.layers * shape.directions * rnn_case.batch;
  const int64_t outputs = rnn_case.steps * rnn_case.batch * shape.directions * shape.Output();
  reference::RnnOutputs<double> gradients;
  if (rnn_case.dy) gradients.y = numbers.Reals(outputs);
  if (rnn_case.dhn) gradients.hn = numbers.Reals(states * shape.Output());
  if (rnn_case.dcn && shape.cell == Cell::kLstm)
    gradients.cn = numbers.Reals(states * shape.hidden);
  return gradients;
}

RnnCase WithRandomOptions(RnnCase rnn_case, uint64_t seed) {
  Numbers numbers(seed);
  rnn_case.seed = static_cast<int64_t>(seed);
  rnn_case.shape.batch_first = numbers.Coin();
  rnn_case.shape.bias = numbers.Integer(0, 3) > 0;
  rnn_case.shape.directions = numbers.Integer(1, 2);
  rnn_case.shape.layers = numbers.Integer(1, 3);
  rnn_case.shape.dropout = numbers.Integer(0, 3) == 0 ? 0.4f : 0.0f;
  rnn_case.lengths = numbers.Coin();
  rnn_case.states = numbers.Coin();
  rnn_case.dy = numbers.Integer(0, 3) > 0;
  rnn_case.dhn = !rnn_case.dy || numbers.Coin();
  rnn_case.dcn = numbers.Coin();
  return rnn_case;
}

double Work(const RnnCase& rnn_case) {
  const RnnShape& shape = rnn_case.shape;
  return static_cast<double>(ParamsLength(shape) * rnn_case.steps * rnn_case.batch);
}

}  // namespace nrnn::test
