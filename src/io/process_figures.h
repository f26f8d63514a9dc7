/* What this process has used, for its metrics. */
#pragma once

#include <stdint.h>

double process_cpu_s(void);            /* in user and system mode */
uint64_t process_resident_bytes(void); /* 0: not known */
