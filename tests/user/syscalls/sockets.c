/* System calls on sockets. */
/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "calls.h"

static char buf[1024];

static void tcp(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET,
                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)},
                       b;
    socklen_t len = sizeof a;
    int s = socket(AF_INET, SOCK_STREAM, 0), c = socket(AF_INET, SOCK_STREAM, 0), one = 1,
        value;

    CALL(RAW(setsockopt, s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one));
    CALL(RAW(bind, s, &a, sizeof a));
    CALL(RAW(listen, s, 5));
    CALL(RAW(getsockname, s, &a, &len));
    SHOW(len);
    SHOW(a.sin_port != 0);
    CALL(RAW(connect, c, &a, sizeof a));
    len = 100;
    int t = RAW(accept4, s, &b, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
    SHOW(t >= 0);
    SHOW(len);
    SHOW(b.sin_family);
    CALL(RAW(fcntl, t, F_GETFL));
    CALL(RAW(recvfrom, t, buf, 10, 0, NULL, NULL));
    CALL(RAW(sendto, c, "hello", 5, MSG_NOSIGNAL, NULL, 0));
    CALL(RAW(recvfrom, t, buf, 2, MSG_PEEK, NULL, NULL));
    CALL(RAW(ioctl, t, FIONREAD, &value));
    SHOW(value);
    CALL(RAW(recvfrom, t, buf, 100, 0, NULL, NULL));
    len = sizeof value;
    CALL(RAW(getsockopt, c, SOL_SOCKET, SO_TYPE, &value, &len));
    SHOW(value);
    CALL(RAW(getsockopt, c, IPPROTO_TCP, TCP_NODELAY, &value, &len));
    CALL(RAW(setsockopt, c, IPPROTO_TCP, 999, &one, 4));
    len = sizeof b;
    CALL(RAW(getpeername, c, &b, &len));
    SHOW(b.sin_port == a.sin_port);
    CALL(RAW(shutdown, c, SHUT_WR));
    CALL(RAW(recvfrom, t, buf, 100, 0, NULL, NULL));
    CALL(close(s));
    CALL(close(c));
    CALL(close(t));
}

static void unix_messages(void)
{
    int pair[2], passed;
    char control[CMSG_SPACE(sizeof(int))] = {0}, second[10] = {0};
    struct iovec iov[2] =
        {
            {(void *)"one",   3},
            {(void *)"three", 5}
    },
                 in[2] = {{buf, 4}, {second, 10}};
    struct msghdr out = {.msg_iov = iov,
                         .msg_iovlen = 2,
                         .msg_control = control,
                         .msg_controllen = sizeof control};
    struct cmsghdr *c = CMSG_FIRSTHDR(&out);

    memset(buf, 0, sizeof buf);
    CALL(RAW(socketpair, AF_UNIX, SOCK_DGRAM, 0, pair));
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(c), &pair[0], sizeof(int));
    CALL(RAW(sendmsg, pair[0], &out, 0));
    memset(control, 0, sizeof control);
    struct msghdr msg = {.msg_iov = in,
                         .msg_iovlen = 2,
                         .msg_control = control,
                         .msg_controllen = sizeof control};
    CALL(RAW(recvmsg, pair[1], &msg, MSG_CMSG_CLOEXEC));
    printf("%s %s\n", buf, second);
    SHOW(msg.msg_controllen);
    SHOW(msg.msg_flags);
    c = CMSG_FIRSTHDR(&msg);
    memcpy(&passed, CMSG_DATA(c), sizeof passed);
    CALL(RAW(fcntl, passed, F_GETFD));
    CALL(RAW(sendto, passed, "through it", 10, 0, NULL, 0));
    CALL(RAW(recvfrom, pair[1], buf, 4, MSG_TRUNC, NULL, NULL));
    out.msg_iovlen = 5000;
    CALL(RAW(sendmsg, pair[0], &out, 0));
    out.msg_iovlen = 1;
    out.msg_iov = (void *)8;
    CALL(RAW(sendmsg, pair[0], &out, 0));
    out.msg_iov = iov;
    out.msg_control = (void *)8;
    CALL(RAW(sendmsg, pair[0], &out, 0));
    iov[0].iov_base = (void *)8;
    out.msg_controllen = 0;
    CALL(RAW(sendmsg, pair[0], &out, 0));
    close(passed);
    close(pair[0]);
    close(pair[1]);
}

static void many(void)
{
    int pair[2];
    struct iovec iov[3] =
        {
            {(void *)"a",   1},
            {(void *)"bb",  2},
            {(void *)"ccc", 3}
    },
                 in[3];
    struct mmsghdr out[3] = {0}, msgs[4] = {0};
    struct timespec wait = {1, 0};
    struct sockaddr_un from[3];

    socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
    for (int i = 0; i < 3; i++) {
        out[i].msg_hdr.msg_iov = &iov[i];
        out[i].msg_hdr.msg_iovlen = 1;
        in[i] = (struct iovec){buf + i * 16, 16};
        msgs[i].msg_hdr.msg_iov = &in[i];
        msgs[i].msg_hdr.msg_iovlen = 1;
        msgs[i].msg_hdr.msg_name = &from[i];
        msgs[i].msg_hdr.msg_namelen = sizeof from[i];
    }
    CALL(RAW(sendmmsg, pair[0], out, 3, 0));
    SHOW(out[0].msg_len * 100 + out[1].msg_len * 10 + out[2].msg_len);
    CALL(RAW(recvmmsg, pair[1], msgs, 2, 0, &wait));
    CALL(RAW(recvmmsg, pair[1], msgs + 2, 2, MSG_DONTWAIT, NULL));
    SHOW(msgs[0].msg_len * 100 + msgs[1].msg_len * 10 + msgs[2].msg_len);
    SHOW(msgs[0].msg_hdr.msg_namelen);
    CALL(RAW(recvmmsg, pair[1], msgs, 2, MSG_DONTWAIT, NULL));
    CALL(RAW(sendmmsg, pair[0], (void *)8, 2, 0));
    CALL(RAW(sendmmsg, 99, out, 2, 0));
    CALL(RAW(sendmmsg, pair[0], out, 0, 0));
    iov[1].iov_base = (void *)8;
    CALL(RAW(sendmmsg, pair[0], out, 3, 0));
    close(pair[0]);
    close(pair[1]);
}

static void named(void)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX, .sun_path = "sock"}, b = {0};
    int s = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0),
        c = socket(AF_UNIX, SOCK_STREAM, 0);
    socklen_t len = 3;
    struct ifreq ifr = {.ifr_name = "lo"};

    CALL(RAW(accept, s, NULL, NULL));
    CALL(RAW(bind, s, &a, sizeof a));
    CALL(RAW(bind, s, &a, 1));
    CALL(RAW(listen, s, 1));
    CALL(RAW(accept, s, NULL, NULL));
    CALL(RAW(connect, c, &a, sizeof a));
    CALL_OK(RAW(accept, s, &b, &len));
    SHOW(len);
    CALL(RAW(getpeername, s, &b, &len));
    CALL(RAW(getsockopt, c, SOL_SOCKET, SO_PEERCRED, buf, &len));
    CALL(RAW(ioctl, c, SIOCGIFFLAGS, &ifr));
    SHOW(!!(ifr.ifr_flags & IFF_LOOPBACK));
    CALL(RAW(socket, 99, SOCK_STREAM, 0));
    CALL(RAW(socketpair, AF_INET, SOCK_STREAM, 0, buf));
    close(s);
    close(c);
}

int main(void)
{
    own_folder();
    tcp();
    unix_messages();
    many();
    named();
    remove_folder();
    return 0;
}
