// The shape of a recurrent plan and its options, from the C interface's config.
#ifndef NATIVERNN_API_RNN_OPTIONS_H_
#define NATIVERNN_API_RNN_OPTIONS_H_

#include "core/layout.h"

namespace nrnn {

// Throws INVALID_ARGUMENT for values out of range and options that the cell does not have.
RnnShape CheckedShape(const nrnn_rnn_config& config);

}  // namespace nrnn

#endif  // NATIVERNN_API_RNN_OPTIONS_H_
