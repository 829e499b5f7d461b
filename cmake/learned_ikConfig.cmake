# Copyright 2026 The learned_ik authors
# SPDX-License-Identifier: Apache-2.0
#
# find_package(learned_ik) defines the target learned_ik::learned_ik: the library and its headers.
# The file lies in PREFIX/share/learned_ik/cmake, wherever that prefix is.
get_filename_component(_learned_ik_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
if(NOT TARGET learned_ik::learned_ik)
  set(_learned_ik_library "${_learned_ik_prefix}/lib/liblearned_ik.so")
  if(NOT EXISTS "${_learned_ik_library}")
    set(learned_ik_FOUND FALSE)
    set(learned_ik_NOT_FOUND_MESSAGE
        "${_learned_ik_library} is missing: learned_ik was installed without compiled kernels")
    return()
  endif()
  add_library(learned_ik::learned_ik SHARED IMPORTED)
  set_target_properties(learned_ik::learned_ik PROPERTIES
    IMPORTED_LOCATION "${_learned_ik_library}"
    INTERFACE_INCLUDE_DIRECTORIES "${_learned_ik_prefix}/include"
    INTERFACE_COMPILE_FEATURES cxx_std_17)
endif()
