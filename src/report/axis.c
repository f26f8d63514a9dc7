#include "report/axis.h"

#include <math.h>

#define FEW 4         /* powers of ten: more of them and each has one line */
#define ROUNDING 1e-9 /* what is a multiple but for that is one */

/* The step of 1, 2 or 5 times a power of ten that is nearest to this one, by ratio. */
static double
nice(double step)
{
	double power = pow(10, floor(log10(step)));
	double part = step / power;

	return power * (part < M_SQRT2 ? 1 : part < sqrt(10) ? 2 : part < sqrt(50) ? 5 : 10);
}

struct axis
axis_linear(double min, double max, size_t wanted)
{
	struct axis a = { 0 };
	double step, first, last;

	if (!(max - min > ROUNDING * fmax(1, fmax(fabs(min), fabs(max)))))
		max = min + 1;
	step = nice((max - min) / (double)wanted);
	first = floor(min / step + ROUNDING);
	last = ceil(max / step - ROUNDING);
	for (double i = first; i <= last && a.count < AXIS_TICKS_MAX; i++)
		a.ticks[a.count++] = i * step;
	a.min = a.ticks[0];
	a.max = a.ticks[a.count - 1];
	a.decimals = step < 1 ? (unsigned)ceil(-log10(step) - ROUNDING) : 0;
	return a;
}

/* The i-th line of a logarithmic axis; that at 1 is the 0th. */
static double
line(long i, bool few)
{
	static const double parts[] = { 1, 2, 5 };
	double power = floor((double)i / 3);

	return few ? parts[i - (long)power * 3] * pow(10, power) : pow(10, (double)i);
}

struct axis
axis_logarithmic(double min, double max)
{
	struct axis a = { .logarithmic = true };
	double low = floor(log10(min)), high = ceil(log10(fmax(max, min)));
	bool few = high - low <= FEW;
	long i = (long)low * (few ? 3 : 1);

	while (line(i + 1, few) <= min * (1 + ROUNDING))
		i++;
	do {
		a.ticks[a.count++] = line(i++, few);
	} while (a.count < AXIS_TICKS_MAX &&
		 (a.count < 2 || a.ticks[a.count - 1] < max * (1 - ROUNDING)));
	a.min = a.ticks[0];
	a.max = a.ticks[a.count - 1];
	a.decimals = a.min < 1 ? (unsigned)ceil(-log10(a.min) - ROUNDING) : 0;
	return a;
}

double
axis_at(const struct axis *a, double value)
{
	double part;

	if (a->logarithmic)
		part = log(fmax(value, a->min) / a->min) / log(a->max / a->min);
	else
		part = (value - a->min) / (a->max - a->min);
	return fmin(fmax(part, 0), 1);
}
