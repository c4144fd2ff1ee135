//go:build cgo && unix

// Calls from callers to Go.

#include <pthread.h>
#include <stddef.h>
#include "bridge.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t asked = PTHREAD_COND_INITIALIZER;
static pthread_cond_t answered = PTHREAD_COND_INITIALIZER;
static call *first, **last = &first;

uint32_t bridge_ask(call *c)
{
	c->answered = 0;
	c->next = NULL;
	pthread_mutex_lock(&lock);
	*last = c;
	last = &c->next;
	pthread_cond_signal(&asked);
	while (!c->answered)
		pthread_cond_wait(&answered, &lock);
	pthread_mutex_unlock(&lock);
	return c->result;
}

call *bridge_next(void)
{
	call *c;

	pthread_mutex_lock(&lock);
	while (first == NULL)
		pthread_cond_wait(&asked, &lock);
	c = first;
	first = c->next;
	if (first == NULL)
		last = &first;
	pthread_mutex_unlock(&lock);
	return c;
}

void bridge_answer(call *c)
{
	pthread_mutex_lock(&lock);
	c->answered = 1;
	pthread_cond_broadcast(&answered);
	pthread_mutex_unlock(&lock);
}
