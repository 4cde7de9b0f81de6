// A C11 program that uses nativernn.h and nothing else of NativeRnn: opens the CPU, runs an LSTM
// over a short sequence, checks the first step against the equations, and closes everything. Exit
// code 0 when all of it went as the header says.
#include <math.h>
#include <stddef.h>
#include <stdio.h>

#include "nativernn/nativernn.h"

enum { kSteps = 3, kBatch = 2, kInput = 4, kHidden = 5, kOutput = kSteps * kBatch * kHidden };

static const float kWeight = 0.1f;  // of every parameter; every input is 1

typedef struct Model {
  nrnn_device* device;
  nrnn_rnn* rnn;
  nrnn_buffer* params;
  nrnn_buffer* x;
  nrnn_buffer* y;
} Model;

static int Succeeded(nrnn_status status, const char* call) {
  if (status == NRNN_OK) return 1;
  fprintf(stderr, "%s: status %d: %s\n", call, (int)status, nrnn_last_error());
  return 0;
}

#define CALL(expression) Succeeded((expression), #expression)

static int FloatBuffer(const Model* model, int64_t length, float value, nrnn_buffer** out_buffer) {
  return CALL(nrnn_buffer_create(model->device, NRNN_DTYPE_FLOAT32, length, out_buffer)) &&
         CALL(nrnn_buffer_fill(*out_buffer, value));
}

static int Open(Model* model) {
  const nrnn_device_config device = {.kind = NRNN_DEVICE_CPU, .threads = 2};
  const nrnn_rnn_config lstm = {.cell = NRNN_CELL_LSTM,
                                .num_layers = 1,
                                .directions = 1,
                                .bias = 1,
                                .input_size = kInput,
                                .hidden_size = kHidden};
  int64_t params_length = 0;
  return CALL(nrnn_device_open(&device, &model->device)) &&
         CALL(nrnn_rnn_create(model->device, &lstm, &model->rnn)) &&
         CALL(nrnn_rnn_params_length(model->rnn, &params_length)) &&
         FloatBuffer(model, params_length, kWeight, &model->params) &&
         FloatBuffer(model, kSteps * kBatch * kInput, 1.0f, &model->x) &&
         FloatBuffer(model, kOutput, 0.0f, &model->y);
}

static int Forward(const Model* model, float* out_values) {
  const nrnn_rnn_forward_args args = {
      .steps = kSteps, .batch = kBatch, .params = model->params, .x = model->x, .y = model->y};
  return CALL(nrnn_rnn_forward(model->rnn, &args)) &&
         CALL(nrnn_buffer_read(model->y, 0, out_values, kOutput));
}

// From zero states every gate of step 0 has the same pre-activation: the inputs and the two biases,
// times the weight.
static int FirstStepIsRight(const float* y) {
  const double a = (double)kWeight * (kInput + 2);
  const double gate = 1.0 / (1.0 + exp(-a));
  const double expected = gate * tanh(gate * tanh(a));
  for (int k = 0; k < kBatch * kHidden; ++k) {
    if (!(fabs(y[k] - expected) < 1e-6)) {
      fprintf(stderr, "y[%d] is %.9g, should be %.9g\n", k, y[k], expected);
      return 0;
    }
  }
  return 1;
}

static int MistakeIsReported(const Model* model) {
  const nrnn_status status = nrnn_buffer_write(model->x, 0, NULL, 1);
  if (status == NRNN_INVALID_ARGUMENT && nrnn_last_error()[0] != '\0') return 1;
  fprintf(stderr, "writing from a null pointer gave status %d: %s\n", (int)status,
          nrnn_last_error());
  return 0;
}

// The device first: what still uses it keeps it alive.
static void Close(Model* model) {
  nrnn_device_close(model->device);
  nrnn_buffer_close(model->y);
  nrnn_buffer_close(model->x);
  nrnn_buffer_close(model->params);
  nrnn_rnn_close(model->rnn);
}

static int NothingIsLeft(void) {
  int64_t count = -1;
  if (!CALL(nrnn_live_objects(&count))) return 0;
  if (count != 0) fprintf(stderr, "%lld objects are still alive\n", (long long)count);
  return count == 0;
}

int main(void) {
  Model model = {0};
  float y[kOutput] = {0};
  int passed =
      Open(&model) && Forward(&model, y) && FirstStepIsRight(y) && MistakeIsReported(&model);
  Close(&model);
  passed = NothingIsLeft() && passed;
  return passed ? 0 : 1;
}
