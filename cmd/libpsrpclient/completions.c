//go:build cgo && unix

// Completions, on threads that run nothing else.

#include <pthread.h>
#include <stddef.h>
#include "bridge.h"

// A completion that is to be called, on the stack of who waits for it.
typedef struct job {
	wsman_async async;
	uint32_t flags;
	const wsman_error *error;
	wsman_handle shell, command, operation;
	const void *data;
	int done;
	struct job *next;
} job;

// How many threads wait for something to do, at most, and how large their stacks
// are: PowerShell reads its messages there.
enum { IDLE_THREADS = 8, STACK = 4 << 20 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t queued = PTHREAD_COND_INITIALIZER;
static pthread_cond_t done = PTHREAD_COND_INITIALIZER;
static job *first, **last = &first;
static int waiting, jobs; // threads that wait, and completions that nobody has taken

// take is called with the lock held.
static job *take(void)
{
	job *j = first;

	first = j->next;
	if (first == NULL)
		last = &first;
	jobs--;
	return j;
}

static void *work(void *unused)
{
	pthread_mutex_lock(&lock);
	for (;;) {
		job *j;

		if (jobs == 0 && waiting >= IDLE_THREADS)
			break;
		waiting++;
		while (jobs == 0)
			pthread_cond_wait(&queued, &lock);
		waiting--;
		j = take();
		pthread_mutex_unlock(&lock);
		j->async.completion(j->async.context, j->flags, j->error, j->shell, j->command, j->operation, j->data);
		pthread_mutex_lock(&lock);
		j->done = 1;
		pthread_cond_broadcast(&done);
	}
	pthread_mutex_unlock(&lock);
	return unused;
}

// start starts a thread. Where there can be none the completion waits for one of
// those that there are.
static void start(void)
{
	pthread_t thread;
	pthread_attr_t attributes;

	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, STACK);
	(void)pthread_create(&thread, &attributes, work, NULL);
	pthread_attr_destroy(&attributes);
}

static void run(job *j)
{
	pthread_mutex_lock(&lock);
	*last = j;
	last = &j->next;
	if (++jobs > waiting)
		start();
	pthread_cond_signal(&queued);
	while (!j->done)
		pthread_cond_wait(&done, &lock);
	pthread_mutex_unlock(&lock);
}

void bridge_complete(wsman_async async, uint32_t flags, uint32_t code, const wsman_char *detail,
	const wsman_char *language, const wsman_char *machine, wsman_handle shell, wsman_handle command,
	wsman_handle operation, uint32_t kind, const wsman_char *stream, const void *data, uint32_t length,
	const wsman_char *state, uint32_t exit_code)
{
	wsman_error error = {code, detail, language, machine};
	wsman_data text = {0};
	wsman_receive_data received = {0};
	job j = {async, flags, &error, shell, command, operation, NULL, 0, NULL};

	switch (kind) {
	case 1:
		text.type = WSMAN_DATA_TEXT;
		text.value.buffer.length = length;
		text.value.buffer.data = (void *)data;
		j.data = &text;
		break;
	case 2:
		received.stream = stream;
		received.data.type = WSMAN_DATA_BINARY;
		received.data.value.buffer.length = length;
		received.data.value.buffer.data = (void *)data;
		received.command_state = state;
		received.exit_code = exit_code;
		j.data = &received;
		break;
	}
	run(&j);
}
