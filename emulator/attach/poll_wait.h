// poll(), select(), epoll_wait() and their kin with a time-out, held and watched from here.
#pragma once

#include "attach/wait.h"

namespace dfurig::attach {

bool is_poll(int number);
/// Null: it was let through.
std::unique_ptr<Wait> take_poll(const WaitContext& context, const Call& call);

}  // namespace dfurig::attach
