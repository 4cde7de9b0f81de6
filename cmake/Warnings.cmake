# nativernn_warnings: link to it to compile with warnings, as errors unless the machine has compilers that nobody tried.
option(NATIVERNN_WARNINGS_AS_ERRORS "Warnings stop the build" ON)
set(nativernn_warning_options -Wall -Wextra -Wpedantic -Wshadow)
if(NATIVERNN_WARNINGS_AS_ERRORS)
  list(APPEND nativernn_warning_options -Werror)
endif()
add_library(nativernn_warnings INTERFACE)
target_compile_options(nativernn_warnings INTERFACE
  "$<$<COMPILE_LANG_AND_ID:CXX,GNU,Clang>:${nativernn_warning_options}>"
  "$<$<COMPILE_LANG_AND_ID:C,GNU,Clang>:${nativernn_warning_options}>")
