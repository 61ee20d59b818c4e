# A repository: made, filled, cloned, packed, checked.
# SPDX-License-Identifier: MIT
. "$(dirname "$0")/lib.sh"
need git md5sum
export GIT_AUTHOR_DATE=2020-01-01T00:00:00Z GIT_COMMITTER_DATE=2020-01-01T00:00:00Z
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b GIT_CONFIG_NOSYSTEM=1
git init -q -b main r && cd r
for i in $(seq 60); do echo "line $i of a file" >f$i; done
git add . && git commit -qm one && echo committed
for i in 1 2; do echo $i >>f$i; git commit -qam "change $i"; done
git log --oneline
git gc -q && git fsck 2>&1 && git count-objects
cd .. && git clone -q "file://$PWD/r" r2 && cd r2
git log -p | md5sum
git checkout -q -b side HEAD~1 && echo side >f3 && git commit -qam side && git rebase -q main && git log --oneline
git merge-base main side && git diff --stat main
git grep -c 'line 7' | head -3; git status -s; echo "end $?"
