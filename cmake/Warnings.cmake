# nativernn_warnings: link to it to compile with warnings as errors.
add_library(nativernn_warnings INTERFACE)
target_compile_options(nativernn_warnings INTERFACE
  $<$<COMPILE_LANG_AND_ID:CXX,GNU,Clang>:-Wall -Wextra -Wpedantic -Werror -Wshadow>
  $<$<COMPILE_LANG_AND_ID:C,GNU,Clang>:-Wall -Wextra -Wpedantic -Werror -Wshadow>)
