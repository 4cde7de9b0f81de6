/// nativernn.h: the C interface of NativeRnn. Recurrent networks (LSTM, GRU, RNN) over whole
/// sequences, forward and backward, and the few other operations that models around them need.
/// Valid C11; needs <stdint.h> only.
///
/// Every function returns a nrnn_status, except nrnn_*_close, nrnn_last_error and nrnn_abi_version.
/// After a failure nrnn_last_error says which argument was wrong, what it was and what it should
/// be. Results go through out_ pointers, written only on success. Pointers are borrowed for the
/// call. One thread per handle at a time; close from any thread.
///
/// On a GPU calls queue their work and return; nrnn_buffer_read and nrnn_device_synchronize wait for
/// it. What the contents of an integer buffer have wrong (an index, a length) then shows at the next
/// call that waits, with the message that the CPU gives at once.
///
/// Shapes are row-major: [T,B,I] is steps x batch x input. A buffer is a flat run of floats or
/// int32; each operation states how many elements it needs and refuses a buffer that holds another
/// number. Gradients are ADDED into gradients of parameters (dparams, dweight, dbias, dtable) and
/// ASSIGNED to all else (dx, dh0, dc0). Buffers that are written must not overlap with any other
/// buffer of the call unless the function says so.
#ifndef NATIVERNN_NATIVERNN_H_
#define NATIVERNN_NATIVERNN_H_

#include <stdint.h>

#if defined(_WIN32)
#if defined(NATIVERNN_BUILD)
#define NRNN_API __declspec(dllexport)
#else
#define NRNN_API __declspec(dllimport)
#endif
#else
#define NRNN_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/// What kind of failure; nrnn_last_error says which.
typedef enum nrnn_status {
  NRNN_OK = 0,
  NRNN_INVALID_ARGUMENT = 1,
  NRNN_OUT_OF_MEMORY = 2,
  NRNN_UNSUPPORTED = 3,
  NRNN_DEVICE_FAILED = 4,
  NRNN_INTERNAL = 5
} nrnn_status;

/// Where computations run.
typedef enum nrnn_device_kind { NRNN_DEVICE_CPU = 0, NRNN_DEVICE_CUDA = 1 } nrnn_device_kind;

/// Instruction set of the CPU kernels. BEST picks the widest that this machine runs, or the one
/// that the environment variable NATIVERNN_CPU names when a device is opened: baseline, avx2,
/// avx512 or neon, in any case of letters.
typedef enum nrnn_cpu_target {
  NRNN_CPU_TARGET_BEST = 0,
  NRNN_CPU_TARGET_BASELINE = 1,
  NRNN_CPU_TARGET_AVX2 = 2,
  NRNN_CPU_TARGET_AVX512 = 3,
  NRNN_CPU_TARGET_NEON = 4
} nrnn_cpu_target;

/// What a GPU rounds the operands of matrix products to; sums, states and all else are float32.
/// TF32: 10 bits of mantissa, tensor cores of sm_80 and later. BFLOAT16: 7 bits, sm_80 and later.
/// FLOAT16: 10 bits, sm_75 and later; gradients are scaled so that small ones are not lost. The CPU
/// has FLOAT32 only.
typedef enum nrnn_precision {
  NRNN_PRECISION_FLOAT32 = 0,
  NRNN_PRECISION_TF32 = 1,
  NRNN_PRECISION_BFLOAT16 = 2,
  NRNN_PRECISION_FLOAT16 = 3
} nrnn_precision;

/// Type of a buffer's elements.
typedef enum nrnn_dtype { NRNN_DTYPE_FLOAT32 = 0, NRNN_DTYPE_INT32 = 1 } nrnn_dtype;

/// Recurrent cells. Gate order in memory: LSTM i f g o, GRU r z n (PyTorch's). With a = x W_ih +
/// b_ih + h' W_hh + b_hh of each gate:
///
///   LSTM              i,f,o = sigmoid(a), g = tanh(a), c = f c' + i g, h = o tanh(c)
///                     (Hochreiter 1997, Gers 2000)
///   GRU               r,z = sigmoid(a), h = (1 - z) n + z h' (Cho 2014), where
///     reset after     n = tanh(x W_in + b_in + r (h' W_hn + b_hn))
///     reset before    n = tanh(x W_in + b_in + (r h') W_hn + b_hn)
///   RNN_TANH          h = tanh(a) (Elman 1990)
///   RNN_RELU          h = max(a, 0)
typedef enum nrnn_cell {
  NRNN_CELL_LSTM = 0,
  NRNN_CELL_GRU = 1,
  NRNN_CELL_RNN_TANH = 2,
  NRNN_CELL_RNN_RELU = 3
} nrnn_cell;

/// The parameters of one layer and direction, in the order in which they lie in params. Every plan
/// has the first two, plans with bias the next two; the others belong to options of
/// nrnn_rnn_config.
typedef enum nrnn_weight_kind {
  NRNN_WEIGHT_IH = 0,
  NRNN_WEIGHT_HH = 1,
  NRNN_WEIGHT_BIAS_IH = 2,
  NRNN_WEIGHT_BIAS_HH = 3,
  NRNN_WEIGHT_HR = 4,
  NRNN_WEIGHT_PEEPHOLE = 5,
  NRNN_WEIGHT_NORM_IH = 6,
  NRNN_WEIGHT_NORM_HH = 7,
  NRNN_WEIGHT_NORM_CELL = 8,
  NRNN_WEIGHT_NORM_CELL_BIAS = 9
} nrnn_weight_kind;

/// Functions of a cell, of a pre-activation a. DEFAULT: the cell's own, as nrnn_cell says. Slopes:
/// of HARD_SIGMOID where it is 0 or 1, and of RELU at 0, 0.
///
///   HARD_SIGMOID  max(0, min(1, alpha a + beta)): 0.2 and 0.5 in Keras 2 and ONNX, 1/6 and 0.5 in
///                 Keras 3 and PyTorch
///   SOFTSIGN      a / (1 + |a|)
///   AFFINE        alpha a + beta
///   ELU           a for a > 0, else alpha (exp(a) - 1), alpha at least 0
typedef enum nrnn_activation {
  NRNN_ACTIVATION_DEFAULT = 0,
  NRNN_ACTIVATION_SIGMOID = 1,
  NRNN_ACTIVATION_TANH = 2,
  NRNN_ACTIVATION_RELU = 3,
  NRNN_ACTIVATION_HARD_SIGMOID = 4,
  NRNN_ACTIVATION_SOFTSIGN = 5,
  NRNN_ACTIVATION_AFFINE = 6,
  NRNN_ACTIVATION_ELU = 7
} nrnn_activation;

/// How a stream's weights are stored. FLOAT32: as they are. BFLOAT16: rounded to 8 bits of
/// mantissa, to the nearest even. INT8: each row of weight_ih and weight_hh as whole numbers of
/// -127..127 with one float scale, the largest weight / 127; inputs and states are rounded to at
/// most 16 bits at run time, each row with a scale of its own, and sums are exact. Biases, states
/// and activations are float32 in all.
typedef enum nrnn_weight_storage {
  NRNN_WEIGHT_STORAGE_FLOAT32 = 0,
  NRNN_WEIGHT_STORAGE_BFLOAT16 = 1,
  NRNN_WEIGHT_STORAGE_INT8 = 2
} nrnn_weight_storage;

/// Elementwise y = f(x). SOFTPLUS is log(1 + exp(x)), GELU x times the distribution function of the
/// normal distribution (Hendrycks 2016); the gradients of ABS and RELU at 0 are 0.
typedef enum nrnn_unary_op {
  NRNN_UNARY_NEGATE = 0,
  NRNN_UNARY_EXP = 1,
  NRNN_UNARY_LOG = 2,
  NRNN_UNARY_TANH = 3,
  NRNN_UNARY_SIGMOID = 4,
  NRNN_UNARY_RELU = 5,
  NRNN_UNARY_ABS = 6,
  NRNN_UNARY_SQUARE = 7,
  NRNN_UNARY_SQRT = 8,
  NRNN_UNARY_SOFTPLUS = 9,
  NRNN_UNARY_GELU = 10
} nrnn_unary_op;

/// Elementwise y = f(a, b). Comparisons give 1 or 0.
typedef enum nrnn_binary_op {
  NRNN_BINARY_ADD = 0,
  NRNN_BINARY_SUBTRACT = 1,
  NRNN_BINARY_MULTIPLY = 2,
  NRNN_BINARY_DIVIDE = 3,
  NRNN_BINARY_GREATER = 4,
  NRNN_BINARY_LESS = 5,
  NRNN_BINARY_EQUAL = 6
} nrnn_binary_op;

/// Something that computes: the CPU with a pool of threads, or a GPU.
typedef struct nrnn_device nrnn_device;
/// A run of elements in a device's memory, 64-byte aligned (a slice: as its offset falls). Keeps
/// its device alive.
typedef struct nrnn_buffer nrnn_buffer;
/// A plan: a prepared stack of recurrent layers with its workspace. Keeps its device alive.
typedef struct nrnn_rnn nrnn_rnn;
/// The weights of a stack, packed for streams; nothing changes them. Any number of streams on any
/// threads read them at once. Needs neither its plan nor its device any more.
typedef struct nrnn_weights nrnn_weights;
/// A sequence that is computed as its steps come in: the state of each layer between the steps.
/// Keeps its weights alive.
typedef struct nrnn_stream nrnn_stream;

/// The message of this thread's last failure; never null, valid until the next failing call on this
/// thread.
NRNN_API const char* nrnn_last_error(void);
/// The version of this interface. Callers compare it with the one that they were written for.
NRNN_API int32_t nrnn_abi_version(void);
/// Devices, buffers, plans, weights and streams that are not closed yet, in the whole process.
NRNN_API nrnn_status nrnn_live_objects(int64_t* out_count);

// ---- Devices ----

/// threads: of the pool, the caller's included; 0 takes one for each CPU that this process may use,
/// at most 1024; CPU only. index: the GPU's number; 0 for the CPU. cpu_target: CPU only. precision:
/// nrnn_precision.
typedef struct nrnn_device_config {
  int32_t kind;
  int32_t index;
  int32_t threads;
  int32_t cpu_target;
  int32_t precision;
} nrnn_device_config;

/// What was opened: the config with the automatic choices filled in. Of a GPU threads and
/// cpu_target are 0; compute_capability: 90 for sm_90; multiprocessors; memory_bytes: all that it
/// has. Of the CPU these three are 0.
typedef struct nrnn_device_properties {
  int32_t kind;
  int32_t index;
  int32_t threads;
  int32_t cpu_target;
  int32_t precision;
  int32_t compute_capability;
  int32_t multiprocessors;
  int64_t memory_bytes;
} nrnn_device_properties;

/// What a device can do at most, as measured. gflops: fp32 multiply-adds (two operations each) of
/// its threads together, 10^9 operations a second, in registers alone. gigabytes_per_second:
/// reading memory, its threads together, 10^9 bytes a second.
typedef struct nrnn_device_limits {
  float gflops;
  float gigabytes_per_second;
} nrnn_device_limits;

/// How many devices of a kind there are: 1 for the CPU. For CUDA: UNSUPPORTED, with the reason, where
/// the library nativernn_cuda, the driver or a GPU is missing. That library is looked for where the
/// environment variable NATIVERNN_CUDA_LIBRARY says, if it is set; else beside this library, then
/// where the system looks for libraries.
NRNN_API nrnn_status nrnn_device_count(int32_t kind, int32_t* out_count);
/// Opens a device. UNSUPPORTED where the machine or this build has no such device, instruction set
/// (also one that NATIVERNN_CPU asks for) or precision; INVALID_ARGUMENT where that names none.
NRNN_API nrnn_status nrnn_device_open(const nrnn_device_config* config, nrnn_device** out_device);
NRNN_API void nrnn_device_close(nrnn_device* device);
NRNN_API nrnn_status nrnn_device_describe(const nrnn_device* device,
                                          nrnn_device_properties* out_properties);
/// Measures what the device can do at most, with its threads and its instruction set: the floor of
/// any kernel's time. working_set: bytes of its own that each thread (of a GPU: each
/// multiprocessor, all of them at most a quarter of its memory) reads over and over, 2^10 to 2^30;
/// it decides from which level of cache, or from memory, they come, and is allocated for the call.
/// The best of several short runs; takes about half a second, longer from 2^28 bytes on.
NRNN_API nrnn_status nrnn_device_measure(nrnn_device* device, int64_t working_set,
                                         nrnn_device_limits* out_limits);
/// Waits until all queued work is done.
NRNN_API nrnn_status nrnn_device_synchronize(nrnn_device* device);

// ---- Buffers ----

/// A new buffer of zeros. dtype: nrnn_dtype. length: 0 to 2^40 elements.
NRNN_API nrnn_status nrnn_buffer_create(nrnn_device* device, int32_t dtype, int64_t length,
                                        nrnn_buffer** out_buffer);
/// A buffer over elements offset .. offset + length - 1 of parent: the same memory, which it keeps
/// alive.
NRNN_API nrnn_status nrnn_buffer_slice(nrnn_buffer* parent, int64_t offset, int64_t length,
                                       nrnn_buffer** out_buffer);
NRNN_API void nrnn_buffer_close(nrnn_buffer* buffer);
NRNN_API nrnn_status nrnn_buffer_length(const nrnn_buffer* buffer, int64_t* out_length);
/// Host to buffer, from element offset on. The host memory may be reused on return.
NRNN_API nrnn_status nrnn_buffer_write(nrnn_buffer* buffer, int64_t offset, const float* values,
                                       int64_t count);
NRNN_API nrnn_status nrnn_buffer_write_int32(nrnn_buffer* buffer, int64_t offset,
                                             const int32_t* values, int64_t count);
/// Buffer to host; waits for queued work.
NRNN_API nrnn_status nrnn_buffer_read(const nrnn_buffer* buffer, int64_t offset, float* out_values,
                                      int64_t count);
NRNN_API nrnn_status nrnn_buffer_read_int32(const nrnn_buffer* buffer, int64_t offset,
                                            int32_t* out_values, int64_t count);
/// Sets every element of a float buffer.
NRNN_API nrnn_status nrnn_buffer_fill(nrnn_buffer* buffer, float value);
/// destination = source; same dtype, length and device.
NRNN_API nrnn_status nrnn_buffer_copy(const nrnn_buffer* source, nrnn_buffer* destination);

// ---- Recurrent layers ----

/// A stack of layers. num_layers 1..64, directions 1 or 2, sizes 1..65536, dropout in [0, 1): on
/// the output of every layer but the last, in training only (when a reserve is given). bias,
/// batch_first, reset_after (GRU only): 0 or 1.
///
/// All that follows changes nothing where it is 0. Plans without any of it run the fastest kernels.
/// "Only in training" means: when a reserve is given, unless evaluation is 1. Masks come from
/// Philox 4x32-10 under the call's seed and the number of the element: the same for any number of
/// threads.
///
/// projection_size P (LSTM; Sak 2014), below H, PyTorch's proj_size: h = W_hr (o tanh(c)) has P
/// numbers in place of H. With it, y, h0, hn and the input of later layers have P numbers a
/// direction where this header says H; c0 and cn keep H.
///
/// peephole (LSTM; Gers 2002): a_i += p_i c', a_f += p_f c', a_o += p_o c, elementwise; o sees the
/// new c. coupled (LSTM): i = 1 - f, and there are three gates f g o; ONNX's input_forget.
///
/// layer_norm (Ba 2016): with n(v) = (v - mean) / sqrt(variance + epsilon) over the H units of each
/// gate by itself, and gains w: a = w_ih n(x W_ih) + b_ih + w_hh n(h' W_hh) + b_hh (GRU reset
/// after: n = tanh(w n(x W_in) + b_in + r (w n(h' W_hn) + b_hn)); reset before: w_hh n((r h')
/// W_hn)). LSTM: h = o tanh(w_c n(c) + b_c). norm_epsilon: at least 0; 0 stands for 1e-5.
///
/// gate_activation: of i f o or r z. candidate_activation: of g, n or RNN's h. output_activation:
/// of c in h = o tanh(c), LSTM. Each a nrnn_activation, with alpha and beta for those that have
/// them.
///
/// cell_clip C (LSTM): c is limited to [-C, C] before o and h see it. projection_clip: h after the
/// projection, alike. As in TensorFlow the gradient of what was limited is 0; it is also 0 at
/// exactly the limit.
///
/// zoneout_h, zoneout_c (Krueger 2017; c: LSTM): rates at which an element keeps its value of the
/// step before, in training; in evaluation h = rate h' + (1 - rate) h~, the expectation. The step's
/// h~ comes from c~, as it was before the cells' zoneout; after the projection.
///
/// Only in training, all rates in [0, 1), kept values divided by 1 - rate: input_dropout (Gal 2016;
/// Keras' dropout): on x of every layer, one mask for a sequence, the same for all its steps and
/// both directions. recurrent_dropout (Gal 2016; Keras'): on h' where W_hh multiplies it (reset
/// before: r times it), one mask for a sequence, in each layer and direction. weight_dropout
/// (Merity 2018): on the elements of W_hh, one mask for a call.
///
/// evaluation: 1 gives a plan that never drops and takes expectations, also with a reserve: for
/// gradients of an evaluation.
typedef struct nrnn_rnn_config {
  int32_t cell;
  int32_t reset_after;
  int32_t num_layers;
  int32_t directions;
  int32_t batch_first;
  int32_t bias;
  int32_t input_size;
  int32_t hidden_size;
  float dropout;
  int32_t projection_size;
  int32_t peephole;
  int32_t coupled;
  int32_t layer_norm;
  float norm_epsilon;
  int32_t gate_activation;
  float gate_alpha;
  float gate_beta;
  int32_t candidate_activation;
  float candidate_alpha;
  float candidate_beta;
  int32_t output_activation;
  float output_alpha;
  float output_beta;
  float cell_clip;
  float projection_clip;
  float zoneout_h;
  float zoneout_c;
  float input_dropout;
  float recurrent_dropout;
  float weight_dropout;
  int32_t evaluation;
} nrnn_rnn_config;

/// Which parameter: layer from 0, direction 0 (forward in time) or 1, kind nrnn_weight_kind.
typedef struct nrnn_rnn_weight {
  int32_t layer;
  int32_t direction;
  int32_t kind;
} nrnn_rnn_weight;

/// Where a parameter lies in params: elements offset .. offset + rows * columns - 1, row-major.
/// weight_ih: [G H, in], weight_hh: [G H, H], biases: [G H, 1]; in = input_size, for later layers
/// directions * H. With a projection: weight_hh: [G H, P], weight_hr: [P, H], in = directions * P.
/// peephole: [3 H, 1], for i f o, or [2 H, 1] for f o; norm_ih, norm_hh: gains, [G H, 1];
/// norm_cell, norm_cell_bias: w_c and b_c, [H, 1]. G = 4, 3 (GRU, coupled LSTM) or 1.
typedef struct nrnn_rnn_weight_location {
  int64_t offset;
  int64_t rows;
  int64_t columns;
} nrnn_rnn_weight_location;

NRNN_API nrnn_status nrnn_rnn_create(nrnn_device* device, const nrnn_rnn_config* config,
                                     nrnn_rnn** out_rnn);
NRNN_API void nrnn_rnn_close(nrnn_rnn* rnn);
/// Floats in params: for each layer, for each direction: the weights that the plan has, in the
/// order of nrnn_weight_kind.
NRNN_API nrnn_status nrnn_rnn_params_length(const nrnn_rnn* rnn, int64_t* out_length);
NRNN_API nrnn_status nrnn_rnn_locate_weight(const nrnn_rnn* rnn, const nrnn_rnn_weight* weight,
                                            nrnn_rnn_weight_location* out_location);
/// Floats that forward keeps for backward, for sequences of steps x batch.
NRNN_API nrnn_status nrnn_rnn_reserve_length(const nrnn_rnn* rnn, int64_t steps, int64_t batch,
                                             int64_t* out_length);

/// D = directions, L = num_layers. x: [T,B,I], y: [T,B,D H]; both batch first if the plan says so
/// ([B,T,I], [B,T,D H]). lengths: int32 [B], each 0..T, or null (all T): steps at or after a row's
/// length give y = 0 and leave its state; the backward direction starts at the row's last valid
/// step. h0, c0: [L D,B,H] or null (zeros); hn, cn: the same shape, or null (not wanted). c0 and
/// cn: LSTM only. reserve: null when no backward pass follows (then no dropout). seed: of the
/// dropout masks (Philox 4x32-10).
typedef struct nrnn_rnn_forward_args {
  int64_t steps;
  int64_t batch;
  int64_t seed;
  const nrnn_buffer* params;
  const nrnn_buffer* x;
  const nrnn_buffer* lengths;
  const nrnn_buffer* h0;
  const nrnn_buffer* c0;
  nrnn_buffer* y;
  nrnn_buffer* hn;
  nrnn_buffer* cn;
  nrnn_buffer* reserve;
} nrnn_rnn_forward_args;

/// steps to reserve: as in the forward call, y as it came out; reserve is consumed (one backward
/// for each forward). dy: gradient of y, dhn, dcn: of hn, cn; null stands for zeros. dx, dh0, dc0:
/// assigned, dparams: added to; null skips.
typedef struct nrnn_rnn_backward_args {
  int64_t steps;
  int64_t batch;
  int64_t seed;
  const nrnn_buffer* params;
  const nrnn_buffer* x;
  const nrnn_buffer* lengths;
  const nrnn_buffer* h0;
  const nrnn_buffer* c0;
  const nrnn_buffer* y;
  nrnn_buffer* reserve;
  const nrnn_buffer* dy;
  const nrnn_buffer* dhn;
  const nrnn_buffer* dcn;
  nrnn_buffer* dx;
  nrnn_buffer* dh0;
  nrnn_buffer* dc0;
  nrnn_buffer* dparams;
} nrnn_rnn_backward_args;

/// Runs all steps of all layers. steps and batch at least 1.
NRNN_API nrnn_status nrnn_rnn_forward(nrnn_rnn* rnn, const nrnn_rnn_forward_args* args);
/// Back-propagation through time (Werbos 1990) over all steps of all layers.
NRNN_API nrnn_status nrnn_rnn_backward(nrnn_rnn* rnn, const nrnn_rnn_backward_args* args);

/// Recurrences whose products don't depend on the state, so that they are one nrnn_linear_forward
/// over all steps; what is left is elementwise. gates holds the pre-activations of a step side by
/// side, each [H]:
///
///   LINEAR        a b     h = a h' + b
///   MIN_GRU       z n     h = (1 - s(z)) h' + s(z) n                (Feng 2024), s: sigmoid
///   MIN_LSTM      f i n   h = (s(f) h' + s(i) n) / (s(f) + s(i))    (Feng 2024)
///   IND_RNN_TANH  a       h = tanh(a + u h')                        (Li 2018), u: [H]
///   IND_RNN_RELU  a       h = max(a + u h', 0)
///
/// Of MIN_GRU and MIN_LSTM, rows of more than 128 steps are cut into chunks of 128; the state
/// behind a chunk is the state before it times the product of its factors, plus what the chunk
/// gives from zero. Chunks may so run at the same time, and results depend neither on that nor on
/// threads, batch and padding.
typedef enum nrnn_scan_kind {
  NRNN_SCAN_LINEAR = 0,
  NRNN_SCAN_MIN_GRU = 1,
  NRNN_SCAN_MIN_LSTM = 2,
  NRNN_SCAN_IND_RNN_TANH = 3,
  NRNN_SCAN_IND_RNN_RELU = 4
} nrnn_scan_kind;

/// D = directions, 1 or 2; G = gates of the kind. gates: [T,B,D G H], y: [T,B,D H], both batch
/// first if batch_first. u: [D,H], IND_RNN only, else null. lengths: as in nrnn_rnn_forward_args.
/// h0: [D,B,H] or null (zeros); hn: the same shape, or null. Sizes at least 1.
typedef struct nrnn_scan_forward_args {
  int32_t kind;
  int32_t directions;
  int32_t batch_first;
  int64_t steps;
  int64_t batch;
  int64_t hidden;
  const nrnn_buffer* gates;
  const nrnn_buffer* u;
  const nrnn_buffer* lengths;
  const nrnn_buffer* h0;
  nrnn_buffer* y;
  nrnn_buffer* hn;
} nrnn_scan_forward_args;

/// kind to h0: as in the forward call, y as it came out. dy: gradient of y, dhn: of hn; null stands
/// for zeros. dgates: assigned, may be gates. du: added to, dh0: assigned; null skips.
typedef struct nrnn_scan_backward_args {
  int32_t kind;
  int32_t directions;
  int32_t batch_first;
  int64_t steps;
  int64_t batch;
  int64_t hidden;
  const nrnn_buffer* gates;
  const nrnn_buffer* u;
  const nrnn_buffer* lengths;
  const nrnn_buffer* h0;
  const nrnn_buffer* y;
  const nrnn_buffer* dy;
  const nrnn_buffer* dhn;
  nrnn_buffer* dgates;
  nrnn_buffer* du;
  nrnn_buffer* dh0;
} nrnn_scan_backward_args;
NRNN_API nrnn_status nrnn_scan_forward(nrnn_device* device, const nrnn_scan_forward_args* args);
NRNN_API nrnn_status nrnn_scan_backward(nrnn_device* device, const nrnn_scan_backward_args* args);

// ---- Streams ----
// Inference step by step, in host memory: pack the weights once, then open a stream for each
// sequence, or for each batch of sequences that step together. A step allocates nothing, takes no
// lock and runs on the caller's thread alone. The result for a row does not depend on the batch,
// on the split into calls, or on what other streams do.

/// Packs params of the plan as they are now. storage: nrnn_weight_storage. UNSUPPORTED with 2
/// directions: the backward one would need the steps to come; and with any option of
/// nrnn_rnn_config from projection_size on. Dropout and batch_first of the plan have no effect.
NRNN_API nrnn_status nrnn_weights_pack(nrnn_rnn* rnn, const nrnn_buffer* params, int32_t storage,
                                       nrnn_weights** out_weights);
NRNN_API void nrnn_weights_close(nrnn_weights* weights);
/// The memory that the weights take, their padding included.
NRNN_API nrnn_status nrnn_weights_bytes(const nrnn_weights* weights, int64_t* out_bytes);

/// A new stream of batch sequences (at least 1), its state zeros. Allocates all that its steps
/// need. May be called on any number of threads at once.
NRNN_API nrnn_status nrnn_stream_open(const nrnn_weights* weights, int64_t batch,
                                      nrnn_stream** out_stream);
NRNN_API void nrnn_stream_close(nrnn_stream* stream);
/// Sets the state to zeros.
NRNN_API nrnn_status nrnn_stream_reset(nrnn_stream* stream);
/// Runs the next steps (at least 1). x: [steps,B,I], out_y: [steps,B,H], the last layer's h; they
/// must not overlap. x_length, y_length: their floats. NaN and infinity in x are no error: with
/// INT8 either makes the row's results NaN.
NRNN_API nrnn_status nrnn_stream_run(nrnn_stream* stream, int64_t steps, const float* x,
                                     int64_t x_length, float* out_y, int64_t y_length);
/// Copies the state out. h: [L,B,H]. c: the same shape for LSTM; null, with length 0, for others.
NRNN_API nrnn_status nrnn_stream_read_state(const nrnn_stream* stream, float* out_h,
                                            int64_t h_length, float* out_c, int64_t c_length);
/// Sets the state; shapes as in nrnn_stream_read_state.
NRNN_API nrnn_status nrnn_stream_write_state(nrnn_stream* stream, const float* h, int64_t h_length,
                                             const float* c, int64_t c_length);

// ---- Dense operations ----

/// c[i] = a[i] b[i] (+ c[i] if accumulate) for i < batch. a[i]: [m,k], transposed [k,m]; b[i]:
/// [k,n], transposed [n,k]; c[i]: [m,n]. share_a, share_b: 1 when all i use the same matrix, which
/// is then held once. Sizes 0 to 2^31 - 1.
typedef struct nrnn_gemm_args {
  int64_t batch;
  int64_t m;
  int64_t n;
  int64_t k;
  int32_t transpose_a;
  int32_t transpose_b;
  int32_t share_a;
  int32_t share_b;
  int32_t accumulate;
  const nrnn_buffer* a;
  const nrnn_buffer* b;
  nrnn_buffer* c;
} nrnn_gemm_args;
NRNN_API nrnn_status nrnn_gemm(nrnn_device* device, const nrnn_gemm_args* args);

/// y = x weight^T + bias. x: [R,I], weight: [O,I], bias: [O] or null, y: [R,O].
typedef struct nrnn_linear_args {
  int64_t rows;
  int64_t input;
  int64_t output;
  const nrnn_buffer* x;
  const nrnn_buffer* weight;
  const nrnn_buffer* bias;
  nrnn_buffer* y;
} nrnn_linear_args;
NRNN_API nrnn_status nrnn_linear_forward(nrnn_device* device, const nrnn_linear_args* args);

/// dx = dy weight (assigned), dweight += dy^T x, dbias += column sums of dy; each of the three may
/// be null.
typedef struct nrnn_linear_backward_args {
  int64_t rows;
  int64_t input;
  int64_t output;
  const nrnn_buffer* x;
  const nrnn_buffer* weight;
  const nrnn_buffer* dy;
  nrnn_buffer* dx;
  nrnn_buffer* dweight;
  nrnn_buffer* dbias;
} nrnn_linear_backward_args;
NRNN_API nrnn_status nrnn_linear_backward(nrnn_device* device,
                                          const nrnn_linear_backward_args* args);

/// forward: y[r] = table[indices[r]]. backward: table is the gradient, table[indices[r]] += y[r],
/// rows in order; rows with index padding are left out (-1: none). table: [V,D], indices: int32
/// [R], each 0..V-1, y: [R,D].
typedef struct nrnn_embedding_args {
  int64_t rows;
  int64_t vocabulary;
  int64_t dimension;
  int64_t padding;
  nrnn_buffer* table;
  const nrnn_buffer* indices;
  nrnn_buffer* y;
} nrnn_embedding_args;
NRNN_API nrnn_status nrnn_embedding_forward(nrnn_device* device, const nrnn_embedding_args* args);
NRNN_API nrnn_status nrnn_embedding_backward(nrnn_device* device, const nrnn_embedding_args* args);

// ---- Elementwise operations and layouts ----

/// y = op(x); y may be x. backward: dx = dy op'(x), from x and y of the forward call; dx may be dy.
NRNN_API nrnn_status nrnn_unary_forward(int32_t op, const nrnn_buffer* x, nrnn_buffer* y);
NRNN_API nrnn_status nrnn_unary_backward(int32_t op, const nrnn_buffer* x, const nrnn_buffer* y,
                                         const nrnn_buffer* dy, nrnn_buffer* dx);
/// y = scale x + shift; y may be x.
NRNN_API nrnn_status nrnn_affine(const nrnn_buffer* x, float scale, float shift, nrnn_buffer* y);

/// y[i] = op(a[i . a_strides], b[i . b_strides]) for every index i of the shape sizes[0 .. rank-1];
/// y is dense, row-major, and may be a or b where that one's strides are dense too. Stride 0
/// broadcasts. rank 0..8 (0: one element).
typedef struct nrnn_binary_args {
  int32_t op;
  int32_t rank;
  int64_t sizes[8];
  int64_t a_strides[8];
  int64_t b_strides[8];
  const nrnn_buffer* a;
  const nrnn_buffer* b;
  nrnn_buffer* y;
} nrnn_binary_args;
NRNN_API nrnn_status nrnn_binary(const nrnn_binary_args* args);

/// destination[o + i . destination_strides] = (or +=, if accumulate) source[o' + i .
/// source_strides], for every index i: slice, concat, stack, transpose, broadcast, sum over axes
/// (accumulate, destination stride 0) and all their gradients. Sums run in double over the
/// innermost axis. Strides may be negative; every element must lie inside its buffer.
typedef struct nrnn_copy_args {
  int32_t rank;
  int32_t accumulate;
  int64_t sizes[8];
  int64_t source_offset;
  int64_t source_strides[8];
  int64_t destination_offset;
  int64_t destination_strides[8];
  const nrnn_buffer* source;
  nrnn_buffer* destination;
} nrnn_copy_args;
NRNN_API nrnn_status nrnn_copy_strided(const nrnn_copy_args* args);

/// y = a where condition is not 0, else b. All of one length.
NRNN_API nrnn_status nrnn_where(const nrnn_buffer* condition, const nrnn_buffer* a,
                                const nrnn_buffer* b, nrnn_buffer* y);

/// An axis in the middle: x is [outer, length, inner].
typedef struct nrnn_axis {
  int64_t outer;
  int64_t length;
  int64_t inner;
} nrnn_axis;
/// y[o,i] = max over the axis; length at least 1. backward: dx gets dy at the maxima, shared evenly
/// between equal ones.
NRNN_API nrnn_status nrnn_max_forward(const nrnn_axis* axis, const nrnn_buffer* x, nrnn_buffer* y);
NRNN_API nrnn_status nrnn_max_backward(const nrnn_axis* axis, const nrnn_buffer* x,
                                       const nrnn_buffer* y, const nrnn_buffer* dy,
                                       nrnn_buffer* dx);
/// y[o,j,i] = x[o, indices[o,j,i], i], j < count. indices: int32 [outer,count,inner], each
/// 0..length-1.
NRNN_API nrnn_status nrnn_gather(const nrnn_axis* axis, int64_t count, const nrnn_buffer* x,
                                 const nrnn_buffer* indices, nrnn_buffer* y);
/// x[o, indices[o,j,i], i] += y[o,j,i]: the gradient of nrnn_gather.
NRNN_API nrnn_status nrnn_scatter_add(const nrnn_axis* axis, int64_t count, const nrnn_buffer* y,
                                      const nrnn_buffer* indices, nrnn_buffer* x);

// ---- Softmax, losses, random numbers ----

/// y = softmax (logarithm 0) or log-softmax (1) of each row of x: [rows,columns]; y may be x.
NRNN_API nrnn_status nrnn_softmax_forward(int64_t rows, int64_t columns, int32_t logarithm,
                                          const nrnn_buffer* x, nrnn_buffer* y);
/// dx from y of the forward call and dy; dx may be dy.
NRNN_API nrnn_status nrnn_softmax_backward(int64_t rows, int64_t columns, int32_t logarithm,
                                           const nrnn_buffer* y, const nrnn_buffer* dy,
                                           nrnn_buffer* dx);

/// Softmax with cross-entropy over rows of logits [R,C]. targets: int32 [R], each 0..C-1, or
/// ignore_index (any negative number): such a row has loss 0 and no gradient. Label smoothing s in
/// [0, 1]: target distribution (1 - s) one-hot + s/C.
typedef struct nrnn_cross_entropy_args {
  int64_t rows;
  int64_t columns;
  int32_t ignore_index;
  float label_smoothing;
  const nrnn_buffer* logits;
  const nrnn_buffer* targets;
} nrnn_cross_entropy_args;
/// losses: [R], in nats.
NRNN_API nrnn_status nrnn_cross_entropy_forward(const nrnn_cross_entropy_args* args,
                                                nrnn_buffer* losses);
/// dlogits: [R,C] = dlosses[r] (softmax - target distribution). dlosses: [R]. dlogits may be
/// logits.
NRNN_API nrnn_status nrnn_cross_entropy_backward(const nrnn_cross_entropy_args* args,
                                                 const nrnn_buffer* dlosses, nrnn_buffer* dlogits);

/// y[k] = x[k] / (1 - rate) with probability 1 - rate, else 0; rate in [0, 1). Element k takes word
/// k % 4 of the Philox 4x32-10 block (Salmon 2011) with key seed and counter offset + k / 4, so the
/// backward pass is this call on dy. y may be x.
NRNN_API nrnn_status nrnn_dropout(const nrnn_buffer* x, float rate, int64_t seed, int64_t offset,
                                  nrnn_buffer* y);
/// Fills with numbers uniform in [low, high), or normal (Box-Muller); the same for the same seed
/// and offset, everywhere.
NRNN_API nrnn_status nrnn_random_uniform(nrnn_buffer* buffer, float low, float high, int64_t seed,
                                         int64_t offset);
NRNN_API nrnn_status nrnn_random_normal(nrnn_buffer* buffer, float mean, float deviation,
                                        int64_t seed, int64_t offset);

/// Layer normalisation (Ba 2016) of each row of x: [rows,columns], columns at least 1. With the
/// row's mean m and variance v (the mean of (x - m)^2): y = (x - m) / sqrt(v + epsilon) weight +
/// bias. weight, bias: [columns], or null (1 and 0). epsilon: at least 0, finite. statistics:
/// [rows,2], m and 1 / sqrt(v + epsilon) of each row for the backward pass, or null.
typedef struct nrnn_layer_norm_args {
  int64_t rows;
  int64_t columns;
  float epsilon;
  const nrnn_buffer* x;
  const nrnn_buffer* weight;
  const nrnn_buffer* bias;
  nrnn_buffer* y;
  nrnn_buffer* statistics;
} nrnn_layer_norm_args;
NRNN_API nrnn_status nrnn_layer_norm_forward(const nrnn_layer_norm_args* args);
/// x, weight and statistics as in the forward call, dy: gradient of y. dx: assigned; dweight and
/// dbias: [columns], added to; null skips.
typedef struct nrnn_layer_norm_backward_args {
  int64_t rows;
  int64_t columns;
  const nrnn_buffer* x;
  const nrnn_buffer* weight;
  const nrnn_buffer* statistics;
  const nrnn_buffer* dy;
  nrnn_buffer* dx;
  nrnn_buffer* dweight;
  nrnn_buffer* dbias;
} nrnn_layer_norm_backward_args;
NRNN_API nrnn_status nrnn_layer_norm_backward(const nrnn_layer_norm_backward_args* args);

/// Connectionist temporal classification (Graves 2006): the loss of a row is -log of the
/// probability that its steps, with repeats merged and blanks removed, spell its targets. logits:
/// [T,B,C], batch first ([B,T,C]) if batch_first; log-softmax is taken here, so log-probabilities
/// do as well. targets: int32 [B,S], the first target_lengths[b] of a row 0..C-1 and not blank; the
/// others are not read. lengths, target_lengths: int32 [B], 0..T and 0..S, or null (all). blank:
/// 0..C-1. A row whose targets can't be aligned, since it has too few steps or classes of
/// probability 0, has loss infinity, or 0 if zero_infinity, and no gradient. steps, batch and
/// classes at least 1, targets at least 0.
typedef struct nrnn_ctc_args {
  int64_t steps;
  int64_t batch;
  int64_t classes;
  int64_t max_targets;
  int32_t batch_first;
  int32_t blank;
  int32_t zero_infinity;
  const nrnn_buffer* logits;
  const nrnn_buffer* targets;
  const nrnn_buffer* lengths;
  const nrnn_buffer* target_lengths;
} nrnn_ctc_args;
/// Floats that forward keeps for backward: B (T (2 S + 2) + 1).
NRNN_API nrnn_status nrnn_ctc_reserve_length(const nrnn_ctc_args* args, int64_t* out_length);
/// losses: [B], in nats. reserve: null when no backward pass follows.
NRNN_API nrnn_status nrnn_ctc_forward(nrnn_device* device, const nrnn_ctc_args* args,
                                      nrnn_buffer* losses, nrnn_buffer* reserve);
/// dlogits = dlosses[b] (softmax - posterior probability of each class at each step), 0 in steps
/// behind a row's length. dlosses: [B]. reserve: of the forward call, unchanged.
NRNN_API nrnn_status nrnn_ctc_backward(nrnn_device* device, const nrnn_ctc_args* args,
                                       const nrnn_buffer* reserve, const nrnn_buffer* dlosses,
                                       nrnn_buffer* dlogits);

// ---- Optimisers ----
// One call is one step of a whole model: it updates count parameters from their gradients, and then
// sets the gradients to zero, in one pass over memory that is split by elements. All arrays hold
// count handles of one device: those of one index have one length, and no two overlap. Before its
// use a gradient is cut to [-clip_value, clip_value]; 0: it is not. Where an optimiser has a
// weight_decay that is not decoupled, weight_decay * parameter is added to the gradient after that.

/// Adam (Kingma 2015), or AdamW (Loshchilov 2019) if decoupled: the weight decay acts on the
/// parameter, not the gradient. first, second: the moments. step counts from 1.
typedef struct nrnn_adam_args {
  float learning_rate;
  float beta1;
  float beta2;
  float epsilon;
  float weight_decay;
  float clip_value;
  int32_t decoupled;
  int64_t step;
  int64_t count;
  nrnn_buffer* const* parameters;
  nrnn_buffer* const* gradients;
  nrnn_buffer* const* first;
  nrnn_buffer* const* second;
} nrnn_adam_args;
NRNN_API nrnn_status nrnn_adam_step(const nrnn_adam_args* args);

/// v = momentum v + g; p -= learning_rate v, or (g + momentum v) if nesterov (Sutskever 2013 as
/// PyTorch writes it). velocities: null when momentum is 0.
typedef struct nrnn_sgd_args {
  float learning_rate;
  float momentum;
  float weight_decay;
  float clip_value;
  int32_t nesterov;
  int64_t count;
  nrnn_buffer* const* parameters;
  nrnn_buffer* const* gradients;
  nrnn_buffer* const* velocities;
} nrnn_sgd_args;
NRNN_API nrnn_status nrnn_sgd_step(const nrnn_sgd_args* args);

/// s = alpha s + (1 - alpha) g^2; v = momentum v + g / (sqrt(s) + epsilon); p -= learning_rate v
/// (Hinton 2012 as PyTorch writes it). velocities: null when momentum is 0.
typedef struct nrnn_rmsprop_args {
  float learning_rate;
  float alpha;
  float epsilon;
  float momentum;
  float weight_decay;
  float clip_value;
  int64_t count;
  nrnn_buffer* const* parameters;
  nrnn_buffer* const* gradients;
  nrnn_buffer* const* squares;
  nrnn_buffer* const* velocities;
} nrnn_rmsprop_args;
NRNN_API nrnn_status nrnn_rmsprop_step(const nrnn_rmsprop_args* args);

/// s += g^2; p -= learning_rate g / (sqrt(s) + epsilon) (Duchi 2011 as PyTorch writes it). sums: s.
typedef struct nrnn_adagrad_args {
  float learning_rate;
  float epsilon;
  float weight_decay;
  float clip_value;
  int64_t count;
  nrnn_buffer* const* parameters;
  nrnn_buffer* const* gradients;
  nrnn_buffer* const* sums;
} nrnn_adagrad_args;
NRNN_API nrnn_status nrnn_adagrad_step(const nrnn_adagrad_args* args);

/// p -= learning_rate (sign(beta1 m + (1 - beta1) g) + weight_decay p); m = beta2 m + (1 - beta2) g
/// (Chen 2023). The weight decay is decoupled. first: m.
typedef struct nrnn_lion_args {
  float learning_rate;
  float beta1;
  float beta2;
  float weight_decay;
  float clip_value;
  int64_t count;
  nrnn_buffer* const* parameters;
  nrnn_buffer* const* gradients;
  nrnn_buffer* const* first;
} nrnn_lion_args;
NRNN_API nrnn_status nrnn_lion_step(const nrnn_lion_args* args);

/// Scales all gradients by max_norm / norm when their common 2-norm (summed in double) is above
/// max_norm (Pascanu 2013). gradients: count handles of one device. out_norm: the norm before. A
/// norm that is not finite scales nothing.
NRNN_API nrnn_status nrnn_clip_global_norm(nrnn_buffer* const* gradients, int64_t count,
                                           float max_norm, float* out_norm);

/// Cuts each element of all gradients to [-max_value, max_value]; NaN stays. gradients: count
/// handles of one device.
NRNN_API nrnn_status nrnn_clip_values(nrnn_buffer* const* gradients, int64_t count,
                                      float max_value);

/// Penalties on weights: out_penalty = sum of l1[k] |w| + l2[k] w^2 over the elements w of
/// parameters[k] (summed in double), and gradients[k] += l1[k] sign(w) + 2 l2[k] w. l1, l2: count
/// factors, at least 0. gradients: null, or count handles.
typedef struct nrnn_regularize_args {
  int64_t count;
  const float* l1;
  const float* l2;
  nrnn_buffer* const* parameters;
  nrnn_buffer* const* gradients;
} nrnn_regularize_args;
NRNN_API nrnn_status nrnn_regularize(const nrnn_regularize_args* args, float* out_penalty);

/// Scales each run of x along an axis to the 2-norm max_norm where its norm is above it (Srivastava
/// 2014). x: [outer, length, inner]; a run is the length elements of one outer and one inner index.
/// A norm that is not finite scales nothing.
NRNN_API nrnn_status nrnn_max_norm(const nrnn_axis* axis, float max_norm, nrnn_buffer* x);

/// averages[k] = decay averages[k] + (1 - decay) values[k]: count handles of one device each, of
/// pairwise one length. decay: in [0, 1].
NRNN_API nrnn_status nrnn_moving_average(nrnn_buffer* const* averages, nrnn_buffer* const* values,
                                         int64_t count, float decay);

#ifdef __cplusplus
}
#endif

#endif  // NATIVERNN_NATIVERNN_H_
