// Memory of the CPU's buffers: zeroed, 64-byte aligned, on huge pages where it is large.
#ifndef NATIVERNN_CPU_CPU_STORAGE_H_
#define NATIVERNN_CPU_CPU_STORAGE_H_

#include <memory>

#include "core/backend.h"

namespace nrnn::cpu {

// Throws std::bad_alloc.
std::shared_ptr<Storage> AllocateStorage(int64_t bytes);

}  // namespace nrnn::cpu

#endif  // NATIVERNN_CPU_CPU_STORAGE_H_
