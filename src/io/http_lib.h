/* Inside of the HTTP server: libmicrohttpd, loaded when the first server begins. */
#pragma once

#include <microhttpd.h>
#include <stddef.h>

#include "io/dynamic_lib.h"

extern struct dynamic_lib http_lib;

/* The library's function, which is there once a server is. POSIX lets a void * be a function. */
#define MHD(function)                                                                              \
	({                                                                                         \
		static typeof(function) *real;                                                     \
		if (real == NULL)                                                                  \
			*(void **)&real = dynamic_lib_find(&http_lib, #function);                  \
		real;                                                                              \
	})
