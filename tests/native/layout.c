// Prints how the C compiler lays out every struct of nativernn.h, for the tests of the C# bindings:
//   STRUCT FIELD OFFSET   for each field, in the header's order
//   STRUCT - SIZE         after the struct's last field
#include <stddef.h>
#include <stdio.h>

#include "nativernn/nativernn.h"

#define FIELD(type, name) printf(#type " " #name " %zu\n", offsetof(type, name))
#define SIZE(type) printf(#type " - %zu\n", sizeof(type))

static void PrintDeviceConfig(void) {
  FIELD(nrnn_device_config, kind);
  FIELD(nrnn_device_config, index);
  FIELD(nrnn_device_config, threads);
  FIELD(nrnn_device_config, cpu_target);
  FIELD(nrnn_device_config, precision);
  SIZE(nrnn_device_config);
}

static void PrintDeviceProperties(void) {
  FIELD(nrnn_device_properties, kind);
  FIELD(nrnn_device_properties, index);
  FIELD(nrnn_device_properties, threads);
  FIELD(nrnn_device_properties, cpu_target);
  FIELD(nrnn_device_properties, precision);
  FIELD(nrnn_device_properties, compute_capability);
  FIELD(nrnn_device_properties, multiprocessors);
  FIELD(nrnn_device_properties, memory_bytes);
  SIZE(nrnn_device_properties);
}

static void PrintDeviceLimits(void) {
  FIELD(nrnn_device_limits, gflops);
  FIELD(nrnn_device_limits, gigabytes_per_second);
  SIZE(nrnn_device_limits);
}

static void PrintRnnConfig(void) {
  FIELD(nrnn_rnn_config, cell);
  FIELD(nrnn_rnn_config, reset_after);
  FIELD(nrnn_rnn_config, num_layers);
  FIELD(nrnn_rnn_config, directions);
  FIELD(nrnn_rnn_config, batch_first);
  FIELD(nrnn_rnn_config, bias);
  FIELD(nrnn_rnn_config, input_size);
  FIELD(nrnn_rnn_config, hidden_size);
  FIELD(nrnn_rnn_config, dropout);
  FIELD(nrnn_rnn_config, projection_size);
  FIELD(nrnn_rnn_config, peephole);
  FIELD(nrnn_rnn_config, coupled);
  FIELD(nrnn_rnn_config, layer_norm);
  FIELD(nrnn_rnn_config, norm_epsilon);
  FIELD(nrnn_rnn_config, gate_activation);
  FIELD(nrnn_rnn_config, gate_alpha);
  FIELD(nrnn_rnn_config, gate_beta);
  FIELD(nrnn_rnn_config, candidate_activation);
  FIELD(nrnn_rnn_config, candidate_alpha);
  FIELD(nrnn_rnn_config, candidate_beta);
  FIELD(nrnn_rnn_config, output_activation);
  FIELD(nrnn_rnn_config, output_alpha);
  FIELD(nrnn_rnn_config, output_beta);
  FIELD(nrnn_rnn_config, cell_clip);
  FIELD(nrnn_rnn_config, projection_clip);
  FIELD(nrnn_rnn_config, zoneout_h);
  FIELD(nrnn_rnn_config, zoneout_c);
  FIELD(nrnn_rnn_config, input_dropout);
  FIELD(nrnn_rnn_config, recurrent_dropout);
  FIELD(nrnn_rnn_config, weight_dropout);
  FIELD(nrnn_rnn_config, evaluation);
  SIZE(nrnn_rnn_config);
}

static void PrintRnnWeight(void) {
  FIELD(nrnn_rnn_weight, layer);
  FIELD(nrnn_rnn_weight, direction);
  FIELD(nrnn_rnn_weight, kind);
  SIZE(nrnn_rnn_weight);
}

static void PrintRnnWeightLocation(void) {
  FIELD(nrnn_rnn_weight_location, offset);
  FIELD(nrnn_rnn_weight_location, rows);
  FIELD(nrnn_rnn_weight_location, columns);
  SIZE(nrnn_rnn_weight_location);
}

static void PrintRnnForwardArgs(void) {
  FIELD(nrnn_rnn_forward_args, steps);
  FIELD(nrnn_rnn_forward_args, batch);
  FIELD(nrnn_rnn_forward_args, seed);
  FIELD(nrnn_rnn_forward_args, params);
  FIELD(nrnn_rnn_forward_args, x);
  FIELD(nrnn_rnn_forward_args, lengths);
  FIELD(nrnn_rnn_forward_args, h0);
  FIELD(nrnn_rnn_forward_args, c0);
  FIELD(nrnn_rnn_forward_args, y);
  FIELD(nrnn_rnn_forward_args, hn);
  FIELD(nrnn_rnn_forward_args, cn);
  FIELD(nrnn_rnn_forward_args, reserve);
  SIZE(nrnn_rnn_forward_args);
}

static void PrintRnnBackwardArgs(void) {
  FIELD(nrnn_rnn_backward_args, steps);
  FIELD(nrnn_rnn_backward_args, batch);
  FIELD(nrnn_rnn_backward_args, seed);
  FIELD(nrnn_rnn_backward_args, params);
  FIELD(nrnn_rnn_backward_args, x);
  FIELD(nrnn_rnn_backward_args, lengths);
  FIELD(nrnn_rnn_backward_args, h0);
  FIELD(nrnn_rnn_backward_args, c0);
  FIELD(nrnn_rnn_backward_args, y);
  FIELD(nrnn_rnn_backward_args, reserve);
  FIELD(nrnn_rnn_backward_args, dy);
  FIELD(nrnn_rnn_backward_args, dhn);
  FIELD(nrnn_rnn_backward_args, dcn);
  FIELD(nrnn_rnn_backward_args, dx);
  FIELD(nrnn_rnn_backward_args, dh0);
  FIELD(nrnn_rnn_backward_args, dc0);
  FIELD(nrnn_rnn_backward_args, dparams);
  SIZE(nrnn_rnn_backward_args);
}

static void PrintScanForwardArgs(void) {
  FIELD(nrnn_scan_forward_args, kind);
  FIELD(nrnn_scan_forward_args, directions);
  FIELD(nrnn_scan_forward_args, batch_first);
  FIELD(nrnn_scan_forward_args, steps);
  FIELD(nrnn_scan_forward_args, batch);
  FIELD(nrnn_scan_forward_args, hidden);
  FIELD(nrnn_scan_forward_args, gates);
  FIELD(nrnn_scan_forward_args, u);
  FIELD(nrnn_scan_forward_args, lengths);
  FIELD(nrnn_scan_forward_args, h0);
  FIELD(nrnn_scan_forward_args, y);
  FIELD(nrnn_scan_forward_args, hn);
  SIZE(nrnn_scan_forward_args);
}

static void PrintScanBackwardArgs(void) {
  FIELD(nrnn_scan_backward_args, kind);
  FIELD(nrnn_scan_backward_args, directions);
  FIELD(nrnn_scan_backward_args, batch_first);
  FIELD(nrnn_scan_backward_args, steps);
  FIELD(nrnn_scan_backward_args, batch);
  FIELD(nrnn_scan_backward_args, hidden);
  FIELD(nrnn_scan_backward_args, gates);
  FIELD(nrnn_scan_backward_args, u);
  FIELD(nrnn_scan_backward_args, lengths);
  FIELD(nrnn_scan_backward_args, h0);
  FIELD(nrnn_scan_backward_args, y);
  FIELD(nrnn_scan_backward_args, dy);
  FIELD(nrnn_scan_backward_args, dhn);
  FIELD(nrnn_scan_backward_args, dgates);
  FIELD(nrnn_scan_backward_args, du);
  FIELD(nrnn_scan_backward_args, dh0);
  SIZE(nrnn_scan_backward_args);
}

static void PrintGemmArgs(void) {
  FIELD(nrnn_gemm_args, batch);
  FIELD(nrnn_gemm_args, m);
  FIELD(nrnn_gemm_args, n);
  FIELD(nrnn_gemm_args, k);
  FIELD(nrnn_gemm_args, transpose_a);
  FIELD(nrnn_gemm_args, transpose_b);
  FIELD(nrnn_gemm_args, share_a);
  FIELD(nrnn_gemm_args, share_b);
  FIELD(nrnn_gemm_args, accumulate);
  FIELD(nrnn_gemm_args, a);
  FIELD(nrnn_gemm_args, b);
  FIELD(nrnn_gemm_args, c);
  SIZE(nrnn_gemm_args);
}

static void PrintLinearArgs(void) {
  FIELD(nrnn_linear_args, rows);
  FIELD(nrnn_linear_args, input);
  FIELD(nrnn_linear_args, output);
  FIELD(nrnn_linear_args, x);
  FIELD(nrnn_linear_args, weight);
  FIELD(nrnn_linear_args, bias);
  FIELD(nrnn_linear_args, y);
  SIZE(nrnn_linear_args);
}

static void PrintLinearBackwardArgs(void) {
  FIELD(nrnn_linear_backward_args, rows);
  FIELD(nrnn_linear_backward_args, input);
  FIELD(nrnn_linear_backward_args, output);
  FIELD(nrnn_linear_backward_args, x);
  FIELD(nrnn_linear_backward_args, weight);
  FIELD(nrnn_linear_backward_args, dy);
  FIELD(nrnn_linear_backward_args, dx);
  FIELD(nrnn_linear_backward_args, dweight);
  FIELD(nrnn_linear_backward_args, dbias);
  SIZE(nrnn_linear_backward_args);
}

static void PrintEmbeddingArgs(void) {
  FIELD(nrnn_embedding_args, rows);
  FIELD(nrnn_embedding_args, vocabulary);
  FIELD(nrnn_embedding_args, dimension);
  FIELD(nrnn_embedding_args, padding);
  FIELD(nrnn_embedding_args, table);
  FIELD(nrnn_embedding_args, indices);
  FIELD(nrnn_embedding_args, y);
  SIZE(nrnn_embedding_args);
}

static void PrintBinaryArgs(void) {
  FIELD(nrnn_binary_args, op);
  FIELD(nrnn_binary_args, rank);
  FIELD(nrnn_binary_args, sizes);
  FIELD(nrnn_binary_args, a_strides);
  FIELD(nrnn_binary_args, b_strides);
  FIELD(nrnn_binary_args, a);
  FIELD(nrnn_binary_args, b);
  FIELD(nrnn_binary_args, y);
  SIZE(nrnn_binary_args);
}

static void PrintCopyArgs(void) {
  FIELD(nrnn_copy_args, rank);
  FIELD(nrnn_copy_args, accumulate);
  FIELD(nrnn_copy_args, sizes);
  FIELD(nrnn_copy_args, source_offset);
  FIELD(nrnn_copy_args, source_strides);
  FIELD(nrnn_copy_args, destination_offset);
  FIELD(nrnn_copy_args, destination_strides);
  FIELD(nrnn_copy_args, source);
  FIELD(nrnn_copy_args, destination);
  SIZE(nrnn_copy_args);
}

static void PrintAxis(void) {
  FIELD(nrnn_axis, outer);
  FIELD(nrnn_axis, length);
  FIELD(nrnn_axis, inner);
  SIZE(nrnn_axis);
}

static void PrintCrossEntropyArgs(void) {
  FIELD(nrnn_cross_entropy_args, rows);
  FIELD(nrnn_cross_entropy_args, columns);
  FIELD(nrnn_cross_entropy_args, ignore_index);
  FIELD(nrnn_cross_entropy_args, label_smoothing);
  FIELD(nrnn_cross_entropy_args, logits);
  FIELD(nrnn_cross_entropy_args, targets);
  SIZE(nrnn_cross_entropy_args);
}

static void PrintLayerNormArgs(void) {
  FIELD(nrnn_layer_norm_args, rows);
  FIELD(nrnn_layer_norm_args, columns);
  FIELD(nrnn_layer_norm_args, epsilon);
  FIELD(nrnn_layer_norm_args, x);
  FIELD(nrnn_layer_norm_args, weight);
  FIELD(nrnn_layer_norm_args, bias);
  FIELD(nrnn_layer_norm_args, y);
  FIELD(nrnn_layer_norm_args, statistics);
  SIZE(nrnn_layer_norm_args);
}

static void PrintLayerNormBackwardArgs(void) {
  FIELD(nrnn_layer_norm_backward_args, rows);
  FIELD(nrnn_layer_norm_backward_args, columns);
  FIELD(nrnn_layer_norm_backward_args, x);
  FIELD(nrnn_layer_norm_backward_args, weight);
  FIELD(nrnn_layer_norm_backward_args, statistics);
  FIELD(nrnn_layer_norm_backward_args, dy);
  FIELD(nrnn_layer_norm_backward_args, dx);
  FIELD(nrnn_layer_norm_backward_args, dweight);
  FIELD(nrnn_layer_norm_backward_args, dbias);
  SIZE(nrnn_layer_norm_backward_args);
}

static void PrintCtcArgs(void) {
  FIELD(nrnn_ctc_args, steps);
  FIELD(nrnn_ctc_args, batch);
  FIELD(nrnn_ctc_args, classes);
  FIELD(nrnn_ctc_args, max_targets);
  FIELD(nrnn_ctc_args, batch_first);
  FIELD(nrnn_ctc_args, blank);
  FIELD(nrnn_ctc_args, zero_infinity);
  FIELD(nrnn_ctc_args, logits);
  FIELD(nrnn_ctc_args, targets);
  FIELD(nrnn_ctc_args, lengths);
  FIELD(nrnn_ctc_args, target_lengths);
  SIZE(nrnn_ctc_args);
}

static void PrintAdamArgs(void) {
  FIELD(nrnn_adam_args, learning_rate);
  FIELD(nrnn_adam_args, beta1);
  FIELD(nrnn_adam_args, beta2);
  FIELD(nrnn_adam_args, epsilon);
  FIELD(nrnn_adam_args, weight_decay);
  FIELD(nrnn_adam_args, clip_value);
  FIELD(nrnn_adam_args, decoupled);
  FIELD(nrnn_adam_args, step);
  FIELD(nrnn_adam_args, count);
  FIELD(nrnn_adam_args, parameters);
  FIELD(nrnn_adam_args, gradients);
  FIELD(nrnn_adam_args, first);
  FIELD(nrnn_adam_args, second);
  SIZE(nrnn_adam_args);
}

static void PrintSgdArgs(void) {
  FIELD(nrnn_sgd_args, learning_rate);
  FIELD(nrnn_sgd_args, momentum);
  FIELD(nrnn_sgd_args, weight_decay);
  FIELD(nrnn_sgd_args, clip_value);
  FIELD(nrnn_sgd_args, nesterov);
  FIELD(nrnn_sgd_args, count);
  FIELD(nrnn_sgd_args, parameters);
  FIELD(nrnn_sgd_args, gradients);
  FIELD(nrnn_sgd_args, velocities);
  SIZE(nrnn_sgd_args);
}

static void PrintRmspropArgs(void) {
  FIELD(nrnn_rmsprop_args, learning_rate);
  FIELD(nrnn_rmsprop_args, alpha);
  FIELD(nrnn_rmsprop_args, epsilon);
  FIELD(nrnn_rmsprop_args, momentum);
  FIELD(nrnn_rmsprop_args, weight_decay);
  FIELD(nrnn_rmsprop_args, clip_value);
  FIELD(nrnn_rmsprop_args, count);
  FIELD(nrnn_rmsprop_args, parameters);
  FIELD(nrnn_rmsprop_args, gradients);
  FIELD(nrnn_rmsprop_args, squares);
  FIELD(nrnn_rmsprop_args, velocities);
  SIZE(nrnn_rmsprop_args);
}

static void PrintAdagradArgs(void) {
  FIELD(nrnn_adagrad_args, learning_rate);
  FIELD(nrnn_adagrad_args, epsilon);
  FIELD(nrnn_adagrad_args, weight_decay);
  FIELD(nrnn_adagrad_args, clip_value);
  FIELD(nrnn_adagrad_args, count);
  FIELD(nrnn_adagrad_args, parameters);
  FIELD(nrnn_adagrad_args, gradients);
  FIELD(nrnn_adagrad_args, sums);
  SIZE(nrnn_adagrad_args);
}

static void PrintLionArgs(void) {
  FIELD(nrnn_lion_args, learning_rate);
  FIELD(nrnn_lion_args, beta1);
  FIELD(nrnn_lion_args, beta2);
  FIELD(nrnn_lion_args, weight_decay);
  FIELD(nrnn_lion_args, clip_value);
  FIELD(nrnn_lion_args, count);
  FIELD(nrnn_lion_args, parameters);
  FIELD(nrnn_lion_args, gradients);
  FIELD(nrnn_lion_args, first);
  SIZE(nrnn_lion_args);
}

static void PrintRegularizeArgs(void) {
  FIELD(nrnn_regularize_args, count);
  FIELD(nrnn_regularize_args, l1);
  FIELD(nrnn_regularize_args, l2);
  FIELD(nrnn_regularize_args, parameters);
  FIELD(nrnn_regularize_args, gradients);
  SIZE(nrnn_regularize_args);
}

int main(void) {
  PrintDeviceConfig();
  PrintDeviceProperties();
  PrintDeviceLimits();
  PrintRnnConfig();
  PrintRnnWeight();
  PrintRnnWeightLocation();
  PrintRnnForwardArgs();
  PrintRnnBackwardArgs();
  PrintScanForwardArgs();
  PrintScanBackwardArgs();
  PrintGemmArgs();
  PrintLinearArgs();
  PrintLinearBackwardArgs();
  PrintEmbeddingArgs();
  PrintBinaryArgs();
  PrintCopyArgs();
  PrintAxis();
  PrintCrossEntropyArgs();
  PrintLayerNormArgs();
  PrintLayerNormBackwardArgs();
  PrintCtcArgs();
  PrintAdamArgs();
  PrintSgdArgs();
  PrintRmspropArgs();
  PrintAdagradArgs();
  PrintLionArgs();
  PrintRegularizeArgs();
  return 0;
}
