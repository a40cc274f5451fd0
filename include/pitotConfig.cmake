# find_package(pitot) gives pitot::pitot, an interface target; the folder stands relative to this file, so that an
# installation can be moved.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
if(NOT TARGET pitot::pitot)
  add_library(pitot::pitot INTERFACE IMPORTED)
  get_filename_component(pitot_prefix "${CMAKE_CURRENT_LIST_DIR}" DIRECTORY)
  while(NOT EXISTS "${pitot_prefix}/include/pitot/pitot.hpp" AND NOT pitot_prefix STREQUAL "/")
    get_filename_component(pitot_prefix "${pitot_prefix}" DIRECTORY)
  endwhile()
  set_target_properties(pitot::pitot PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${pitot_prefix}/include"
    INTERFACE_COMPILE_FEATURES cxx_std_20
    INTERFACE_LINK_LIBRARIES Threads::Threads)
  unset(pitot_prefix)
endif()
