/* A child process that runs cases on the host's CPU. */
/* SPDX-License-Identifier: MIT */
/*
 * Cases go wrong where they may: an address that is not what the generator meant can hit
 * the child's own memory. So the child is expendable, and shares nothing but the slots.
 */
#include "tests/diff/host.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct Shared {
    HostSlot slot[HOST_BATCH + 1];
    unsigned done;
} Shared;

struct Host {
    const Gen *gen;
    Shared *shared;
    pid_t pid;
    int to, from; /* pipes: slots to run, first and end; a byte when they are done */
};

static void run_slot(const Gen *g, HostSlot *s)
{
    const Case *c = &s->c;
    bool fast = c->falls && c->before.mode == X86_MODE_64;
    uint8_t *end = (uint8_t *)(uintptr_t)CODE_BASE + c->offset + c->len;
    uint8_t behind[NATIVE_EXIT_SIZE];

    outcome_begin(c, &s->out);
    if (fast) {
        memcpy(behind, end, sizeof(behind));
        native_put_exit(end);
        s->out.res = native_run_to(&s->out.st, (uintptr_t)end);
        memcpy(end, behind, sizeof(behind));
    } else {
        s->out.res = native_run(&s->out.st);
    }
    outcome_end(g, c, &s->out);
}

/* A case that never ends ends the child. */
static void set_alarm(unsigned seconds)
{
    struct itimerval t = {.it_value.tv_sec = seconds};

    setitimer(ITIMER_REAL, &t, NULL);
}

static G_NORETURN void child(Host *h, int in, int out)
{
    unsigned n[2];

    native_init();
    while (read(in, n, sizeof(n)) == sizeof(n)) {
        char done = 0;
        set_alarm(20);
        for (h->shared->done = n[0]; h->shared->done < n[1]; h->shared->done++) {
            run_slot(h->gen, &h->shared->slot[h->shared->done]);
        }
        set_alarm(0);
        if (write(out, &done, 1) != 1) {
            break;
        }
    }
    _exit(0);
}

static void start_child(Host *h)
{
    int to[2], from[2];

    if (pipe(to) != 0 || pipe(from) != 0) {
        g_error("pipe");
    }
    h->pid = fork();
    if (h->pid < 0) {
        g_error("fork");
    }
    if (h->pid == 0) {
        close(to[1]);
        close(from[0]);
        child(h, to[0], from[1]);
    }
    close(to[0]);
    close(from[1]);
    h->to = to[1];
    h->from = from[0];
}

static void stop_child(Host *h)
{
    close(h->to);
    close(h->from);
    waitpid(h->pid, NULL, 0);
}

Host *host_new(const Gen *g)
{
    Host *h = g_new0(Host, 1);

    h->gen = g;
    h->shared = mmap(NULL, sizeof(Shared), PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (h->shared == MAP_FAILED) {
        g_error("no shared memory");
    }
    signal(SIGPIPE, SIG_IGN);
    start_child(h);
    return h;
}

void host_free(Host *h)
{
    stop_child(h);
    munmap(h->shared, sizeof(Shared));
    g_free(h);
}

HostSlot *host_slots(Host *h)
{
    return h->shared->slot;
}

unsigned host_run(Host *h, unsigned first, unsigned end)
{
    unsigned n[2] = {first, end};
    char done;

    if (write(h->to, n, sizeof(n)) == sizeof(n) && read(h->from, &done, 1) == 1) {
        return end;
    }
    n[0] = h->shared->done;
    stop_child(h);
    start_child(h);
    return n[0];
}
