# nativernn_sanitizers: link to it to compile and link with the sanitizers of NATIVERNN_SANITIZE.
add_library(nativernn_sanitizers INTERFACE)
if(NATIVERNN_SANITIZE)
  target_compile_options(nativernn_sanitizers INTERFACE
    -fsanitize=${NATIVERNN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(nativernn_sanitizers INTERFACE -fsanitize=${NATIVERNN_SANITIZE})
  target_compile_definitions(nativernn_sanitizers INTERFACE NATIVERNN_SANITIZED)
endif()
