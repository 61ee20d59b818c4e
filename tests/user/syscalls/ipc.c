/* System V and POSIX messages, semaphores and shared memory; keys. */
/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <linux/keyctl.h>
#include <mqueue.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>

#include "calls.h"

static void memory(void)
{
    int id = RAW(shmget, IPC_PRIVATE, 10000, IPC_CREAT | 0600);
    struct shmid_ds ds;

    SHOW(id >= 0);
    char *p = (char *)RAW(shmat, id, NULL, 0);
    SHOW(p != (char *)-1);
    strcpy(p, "shared");
    if (fork() == 0) {
        strcpy(p, "changed");
        _exit(0);
    }
    wait(NULL);
    printf("%s\n", p);
    CALL(RAW(shmctl, id, IPC_STAT, &ds));
    SHOW(ds.shm_segsz);
    SHOW(ds.shm_nattch);
    CALL(RAW(shmctl, id, IPC_STAT, (void *)8));
    ds.shm_perm.mode = 0640;
    CALL(RAW(shmctl, id, IPC_SET, &ds));
    CALL(RAW(shmdt, p));
    CALL(RAW(shmdt, p));
    CALL(RAW(shmctl, id, IPC_RMID, NULL));
    CALL(RAW(shmat, id, NULL, 0));
}

static void semaphores(void)
{
    int id = RAW(semget, IPC_PRIVATE, 3, IPC_CREAT | 0600);
    struct sembuf op[2] =
        {
            {0, 2, 0},
            {1, 1, 0}
    },
                  down = {2, -1, IPC_NOWAIT};
    struct timespec ts = {0, 1000000};
    struct semid_ds ds;
    unsigned short all[3] = {7, 8, 9};

    SHOW(id >= 0);
    CALL(RAW(semop, id, op, 2));
    CALL(RAW(semctl, id, 0, GETVAL));
    CALL(RAW(semop, id, &down, 1));
    down.sem_flg = 0;
    CALL(RAW(semtimedop, id, &down, 1, &ts));
    CALL(RAW(semctl, id, 0, SETALL, all));
    memset(all, 0, sizeof all);
    CALL(RAW(semctl, id, 0, GETALL, all));
    SHOW(all[0] * 100 + all[1] * 10 + all[2]);
    CALL(RAW(semctl, id, 1, SETVAL, 4));
    CALL(RAW(semctl, id, 1, GETVAL));
    CALL(RAW(semctl, id, 0, IPC_STAT, &ds));
    SHOW(ds.sem_nsems);
    SHOW(ds.sem_perm.mode);
    ds.sem_perm.mode = 0660;
    CALL(RAW(semctl, id, 0, IPC_SET, &ds));
    CALL(RAW(semctl, id, 0, IPC_STAT, (void *)8));
    CALL(RAW(semctl, id, 9, GETVAL));
    CALL(RAW(semctl, id, 0, IPC_RMID));
    CALL(RAW(semop, id, op, 1));
}

static void messages(void)
{
    int id = RAW(msgget, IPC_PRIVATE, IPC_CREAT | 0600);
    struct {
        long type;
        char text[32];
    } m = {3, "a message"};
    struct msqid_ds ds;

    SHOW(id >= 0);
    CALL(RAW(msgsnd, id, &m, 10, 0));
    m.type = 0;
    CALL(RAW(msgsnd, id, &m, 10, 0));
    CALL(RAW(msgctl, id, IPC_STAT, &ds));
    SHOW(ds.msg_qnum);
    memset(&m, 0, sizeof m);
    CALL(RAW(msgrcv, id, &m, 5, 0, 0));
    CALL(RAW(msgrcv, id, &m, 32, 3, 0));
    printf("%ld %s\n", m.type, m.text);
    CALL(RAW(msgrcv, id, &m, 32, 0, IPC_NOWAIT));
    CALL(RAW(msgctl, id, IPC_RMID, NULL));
    CALL(RAW(msgsnd, id, &m, 10, 0));
}

static void queues(void)
{
    struct mq_attr attr = {.mq_maxmsg = 4, .mq_msgsize = 64};
    struct timespec past = {1, 0};
    char name[64], buf[64];
    unsigned prio = 0;

    snprintf(name, sizeof name, "mynah-test-%d", getpid());
    int q = RAW(mq_open, name, O_RDWR | O_CREAT | O_NONBLOCK, 0600, &attr);
    if (q < 0) {
        printf("no queues here\n");
        return;
    }
    CALL(RAW(mq_timedsend, q, "low", 4, 1, NULL));
    CALL(RAW(mq_timedsend, q, "high", 5, 9, NULL));
    CALL(RAW(mq_timedreceive, q, buf, 64, &prio, NULL));
    printf("%s %u\n", buf, prio);
    CALL(RAW(mq_timedreceive, q, buf, 1, &prio, NULL));
    CALL(RAW(mq_getsetattr, q, NULL, &attr));
    SHOW(attr.mq_curmsgs);
    CALL(RAW(mq_timedreceive, q, buf, 64, NULL, &past));
    CALL(RAW(mq_timedreceive, q, buf, 64, NULL, &past));
    struct sigevent ev = {.sigev_notify = SIGEV_NONE};
    CALL(RAW(mq_notify, q, &ev));
    CALL(RAW(mq_notify, q, (void *)8));
    CALL(RAW(mq_unlink, name));
    CALL(RAW(mq_unlink, name));
}

static void keys(void)
{
    char buf[32] = "";
    long id = RAW(add_key, "user", "mynah", "secret", 6, KEY_SPEC_PROCESS_KEYRING);

    if (id < 0) {
        printf("no keys here\n");
        return;
    }
    CALL(RAW(keyctl, KEYCTL_READ, id, buf, 32));
    printf("%s\n", buf);
    CALL(RAW(keyctl, KEYCTL_READ, id, 8, 32));
    CALL(RAW(keyctl, KEYCTL_REVOKE, id));
    CALL(RAW(keyctl, 9999));
}

int main(void)
{
    setvbuf(stdout, NULL, _IOFBF, 1 << 16);
    memory();
    semaphores();
    messages();
    queues();
    keys();
    return 0;
}
