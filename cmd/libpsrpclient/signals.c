//go:build cgo && unix

// Signal handlers of others. When Go starts in a library it lets all handlers that
// are there run on alternate stacks (SA_ONSTACK). .NET stops its threads by a real
// time signal, and its alternate stacks are too small for that handler: the
// process would crash. No thread runs Go and .NET both (see bridge.h), so that
// handlers of signals to one thread may be as they were.

#include "bridge.h"

#ifdef __linux__

#include <signal.h>
#include <stddef.h>

enum { FIRST = 32, LAST = 64 }; // the kernel's real time signals

static struct sigaction before[LAST + 1];

// remember runs before Go starts: its own start has no priority.
__attribute__((constructor(101))) static void remember(void)
{
	int s;

	for (s = FIRST; s <= LAST; s++)
		if (sigaction(s, NULL, &before[s]) != 0)
			before[s].sa_handler = SIG_DFL;
}

void bridge_restore_signals(void)
{
	int s;

	for (s = FIRST; s <= LAST; s++) {
		struct sigaction now;

		if (before[s].sa_handler == SIG_DFL || before[s].sa_handler == SIG_IGN || sigaction(s, NULL, &now) != 0)
			continue;
		if (now.sa_sigaction == before[s].sa_sigaction && now.sa_flags != before[s].sa_flags)
			(void)sigaction(s, &before[s], NULL);
	}
}

#else

void bridge_restore_signals(void)
{
}

#endif
