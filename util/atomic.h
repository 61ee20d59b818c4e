/* Names for the compiler's atomics, with the orders that we use. */
/* SPDX-License-Identifier: MIT */
#ifndef UTIL_ATOMIC_H
#define UTIL_ATOMIC_H

/* Relaxed: no tearing, no order. For flags and counters that others may see late. */
#define atomic_read(p)   __atomic_load_n(p, __ATOMIC_RELAXED)
#define atomic_set(p, v) __atomic_store_n(p, v, __ATOMIC_RELAXED)

/* What was written before a store-release is seen after a load-acquire that reads it. */
#define atomic_load_acquire(p)     __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define atomic_store_release(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)

/* Sequentially consistent read-modify-write; they return the old value. */
#define atomic_xchg(p, v)      __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST)
#define atomic_fetch_add(p, v) __atomic_fetch_add(p, v, __ATOMIC_SEQ_CST)
#define atomic_fetch_sub(p, v) __atomic_fetch_sub(p, v, __ATOMIC_SEQ_CST)
#define atomic_fetch_or(p, v)  __atomic_fetch_or(p, v, __ATOMIC_SEQ_CST)
#define atomic_fetch_and(p, v) __atomic_fetch_and(p, v, __ATOMIC_SEQ_CST)

/* Full, acquire and release fences. */
#define smp_mb()  __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_rmb() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)

/* For the compiler only: a signal handler of the same thread sees what stands above. */
#define barrier() __atomic_signal_fence(__ATOMIC_SEQ_CST)

#endif
