// The backward recurrence as launches step by step (step_backward.cu).
#ifndef NATIVERNN_CUDA_STEP_BACKWARD_H_
#define NATIVERNN_CUDA_STEP_BACKWARD_H_

#include "cuda/recurrent_backward.cuh"

namespace nrnn::cuda {

// Queues all steps, once the exchanged arrays are zero and the maxima are there.
void StepBackward(const BackwardKernelArgs& args);

}  // namespace nrnn::cuda

#endif  // NATIVERNN_CUDA_STEP_BACKWARD_H_
