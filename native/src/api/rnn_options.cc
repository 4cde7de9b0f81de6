#include "api/rnn_options.h"

#include <cmath>

#include "api/guard.h"

namespace nrnn {
namespace {

constexpr int32_t kMaxSize = 65536;
constexpr int32_t kMaxLayers = 64;
constexpr float kDefaultEpsilon = 1e-5f;

// Throws unless the option is off or the plan's cell is an LSTM.
void RequireLstm(const nrnn_rnn_config& config, const char* name, bool set) {
  Require(!set || config.cell == NRNN_CELL_LSTM, name, " is set, must be 0: only LSTM has it");
}

void RequireFlag(const char* name, int32_t value) { RequireRange(name, value, 0, 1); }

void RequireRate(const char* name, float rate) {
  Require(rate >= 0.0f && rate < 1.0f, name, " is ", rate, ", must be at least 0 and below 1");
}

void RequireAtLeastZero(const char* name, float value) {
  Require(value >= 0.0f && std::isfinite(value), name, " is ", value,
          ", must be at least 0 and finite");
}

// usual: what DEFAULT stands for.
Activation CheckedActivation(const char* name, int32_t kind, float alpha, float beta,
                             nrnn_activation usual) {
  Require(kind >= NRNN_ACTIVATION_DEFAULT && kind <= NRNN_ACTIVATION_ELU, name, "_activation is ",
          kind, ", must be ", int{NRNN_ACTIVATION_DEFAULT}, "..", int{NRNN_ACTIVATION_ELU});
  Require(std::isfinite(alpha), name, "_alpha is ", alpha, ", must be finite");
  Require(std::isfinite(beta), name, "_beta is ", beta, ", must be finite");
  Require(kind != NRNN_ACTIVATION_ELU || alpha >= 0.0f, name, "_alpha is ", alpha,
          ", must be at least 0 for elu");
  return {kind == NRNN_ACTIVATION_DEFAULT ? usual : static_cast<nrnn_activation>(kind), alpha,
          beta};
}

nrnn_activation UsualCandidate(const nrnn_rnn_config& config) {
  return config.cell == NRNN_CELL_RNN_RELU ? NRNN_ACTIVATION_RELU : NRNN_ACTIVATION_TANH;
}

void CheckFlags(const nrnn_rnn_config& config) {
  RequireFlag("peephole", config.peephole);
  RequireFlag("coupled", config.coupled);
  RequireFlag("layer_norm", config.layer_norm);
  RequireFlag("evaluation", config.evaluation);
  RequireLstm(config, "projection_size", config.projection_size != 0);
  RequireLstm(config, "peephole", config.peephole != 0);
  RequireLstm(config, "coupled", config.coupled != 0);
  Require(config.projection_size >= 0 && config.projection_size < config.hidden_size,
          "projection_size is ", config.projection_size, ", must be at least 0 and below ",
          config.hidden_size, ", the hidden_size");
}

void CheckNumbers(const nrnn_rnn_config& config) {
  RequireAtLeastZero("norm_epsilon", config.norm_epsilon);
  RequireAtLeastZero("cell_clip", config.cell_clip);
  RequireAtLeastZero("projection_clip", config.projection_clip);
  RequireLstm(config, "cell_clip", config.cell_clip != 0.0f);
  RequireLstm(config, "zoneout_c", config.zoneout_c != 0.0f);
  Require(config.projection_clip == 0.0f || config.projection_size > 0, "projection_clip is ",
          config.projection_clip, ", must be 0: there is no projection");
  RequireRate("zoneout_h", config.zoneout_h);
  RequireRate("zoneout_c", config.zoneout_c);
  RequireRate("input_dropout", config.input_dropout);
  RequireRate("recurrent_dropout", config.recurrent_dropout);
  RequireRate("weight_dropout", config.weight_dropout);
}

// Activations that the cell has no place for.
void CheckPlaces(const nrnn_rnn_config& config) {
  const bool gated = config.cell == NRNN_CELL_LSTM || config.cell == NRNN_CELL_GRU;
  Require(gated || config.gate_activation == NRNN_ACTIVATION_DEFAULT, "gate_activation is ",
          config.gate_activation, ", must be 0: RNN has no gates");
  RequireLstm(config, "output_activation", config.output_activation != NRNN_ACTIVATION_DEFAULT);
}

bool AnySet(const nrnn_rnn_config& config) {
  return config.projection_size != 0 || config.peephole != 0 || config.coupled != 0 ||
         config.layer_norm != 0 || config.gate_activation != NRNN_ACTIVATION_DEFAULT ||
         config.candidate_activation != NRNN_ACTIVATION_DEFAULT ||
         config.output_activation != NRNN_ACTIVATION_DEFAULT || config.cell_clip != 0.0f ||
         config.zoneout_h != 0.0f || config.zoneout_c != 0.0f || config.input_dropout != 0.0f ||
         config.recurrent_dropout != 0.0f || config.weight_dropout != 0.0f;
}

// The fields before projection_size are checked already.
RnnOptions CheckedOptions(const nrnn_rnn_config& config) {
  CheckFlags(config);
  CheckNumbers(config);
  CheckPlaces(config);
  RnnOptions options;
  options.any = AnySet(config);
  options.projection = config.projection_size;
  options.peephole = config.peephole != 0;
  options.coupled = config.coupled != 0;
  options.layer_norm = config.layer_norm != 0;
  options.norm_epsilon = config.norm_epsilon > 0.0f ? config.norm_epsilon : kDefaultEpsilon;
  options.gate = CheckedActivation("gate", config.gate_activation, config.gate_alpha,
                                   config.gate_beta, NRNN_ACTIVATION_SIGMOID);
  options.candidate =
      CheckedActivation("candidate", config.candidate_activation, config.candidate_alpha,
                        config.candidate_beta, UsualCandidate(config));
  options.output = CheckedActivation("output", config.output_activation, config.output_alpha,
                                     config.output_beta, NRNN_ACTIVATION_TANH);
  options.cell_clip = config.cell_clip;
  options.projection_clip = config.projection_clip;
  options.evaluation = config.evaluation != 0;
  options.zoneout_h = config.zoneout_h;
  options.zoneout_c = config.zoneout_c;
  if (options.evaluation) return options;
  options.input_dropout = config.input_dropout;
  options.recurrent_dropout = config.recurrent_dropout;
  options.weight_dropout = config.weight_dropout;
  return options;
}

Cell CellOf(const nrnn_rnn_config& config) {
  switch (config.cell) {
    case NRNN_CELL_LSTM:
      return Cell::kLstm;
    case NRNN_CELL_GRU:
      return config.reset_after ? Cell::kGru : Cell::kGruResetBefore;
    case NRNN_CELL_RNN_TANH:
      return Cell::kRnnTanh;
    default:
      return Cell::kRnnRelu;
  }
}

}  // namespace

RnnShape CheckedShape(const nrnn_rnn_config& config) {
  RequireRange("cell", config.cell, NRNN_CELL_LSTM, NRNN_CELL_RNN_RELU);
  RequireRange("reset_after", config.reset_after, 0, config.cell == NRNN_CELL_GRU ? 1 : 0);
  RequireRange("num_layers", config.num_layers, 1, kMaxLayers);
  RequireRange("directions", config.directions, 1, 2);
  RequireRange("batch_first", config.batch_first, 0, 1);
  RequireRange("bias", config.bias, 0, 1);
  RequireRange("input_size", config.input_size, 1, kMaxSize);
  RequireRange("hidden_size", config.hidden_size, 1, kMaxSize);
  Require(config.dropout >= 0.0f && config.dropout < 1.0f, "dropout is ", config.dropout,
          ", must be at least 0 and below 1");
  return {CellOf(config),
          config.num_layers,
          config.directions,
          config.batch_first != 0,
          config.bias != 0,
          config.input_size,
          config.hidden_size,
          config.evaluation != 0 ? 0.0f : config.dropout,
          CheckedOptions(config)};
}

}  // namespace nrnn
