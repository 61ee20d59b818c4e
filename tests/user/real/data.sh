# sqlite3, and what packs and unpacks.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.sh"
need sqlite3 xz zstd gzip bzip2 tar awk md5sum cmp
sqlite3 x.db "create table t(a integer primary key, b text, c real);
  with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000)
  insert into t select i, 'row' || (i * 7919 % 1007), i / 3.0 from n;
  create index ib on t(b); select count(*), sum(a), avg(c), max(b) from t;
  select b, count(*) from t group by b order by 2 desc, 1 limit 3;
  begin; delete from t where a % 3 = 0; rollback; delete from t where a % 7 = 0; vacuum; pragma integrity_check;"
md5sum <x.db
awk 'BEGIN { for (i = 0; i < 20000; i++) print i * 7919 % 10007, "some text", i }' >text
tar --sort=name --mtime=2020-01-01 --owner=0 --group=0 -cf a.tar text x.db && md5sum <a.tar
for tool in 'xz -T2' 'zstd -q -T2 -9' 'gzip -n' bzip2; do
  set -- $tool
  $tool -c a.tar >a.packed && md5sum <a.packed
  $1 -dc a.packed | cmp - a.tar && echo "$1 good"
  head -c 1000 a.packed | $1 -dc 2>/dev/null | wc -c
done
