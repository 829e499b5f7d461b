// Copyright 2026 The learned_ik authors
// SPDX-License-Identifier: Apache-2.0
//
// A node in C++ that asks an ik_node: once in a callback that waits, then without waiting.
//
//     ros2 run learned_ik ik_node      # or: python -m learned_ik ik_node
//     build/ask                        # in another terminal
//
// The exit status is 0 if both were solved, and a node that is not there was told.

#include <chrono>
#include <cstdio>
#include <limits>
#include <memory>

#include "ik_client.hpp"
#include "rclcpp/rclcpp.hpp"

using learned_ik_ros::IkClient;
using learned_ik_ros::Reply;
using namespace std::chrono_literals;  // NOLINT

namespace {

void print(const char *what, const Reply &reply) {
  std::printf("%s: %s\n", what, reply ? "solved" : reply.message.c_str());
  for (std::size_t joint = 0; reply && joint < reply.joints.size(); ++joint) {
    std::printf("  %-12s %7.3f rad\n", reply.names[joint].c_str(), reply.joints[joint]);
  }
}

}  // namespace

int main(int argc, char **argv) {
  rclcpp::init(argc, argv);
  int solved = 0;
  {
    auto node = std::make_shared<rclcpp::Node>("example");
    IkClient ik(*node, "/learned_ik");
    if (!ik.wait_for_node(10s)) {
      std::fprintf(stderr, "no /learned_ik/get_ik: is the node running?\n");
      rclcpp::shutdown();
      return 1;
    }
    rclcpp::executors::SingleThreadedExecutor executor;
    executor.add_node(node);
    auto request = IkClient::request({0.6, -0.2, 0.0}, {0.0, 0.0, 0.0, 1.0});  // [m], x y z w

    rclcpp::TimerBase::SharedPtr timer = node->create_wall_timer(10ms, [&]() {
      timer->cancel();
      const Reply first = ik.solve(request, 5s);  // waits, in this very callback
      print("waited for", first);
      solved += static_cast<bool>(first);

      // From there, and with any turn about the tool's own axis.
      auto next = IkClient::request({0.6, -0.1, 0.0}, {0.0, 0.0, 0.0, 1.0});
      next->seed.name = first.names;
      next->seed.position = first.joints;
      next->freedom.least.x = -std::numeric_limits<double>::infinity();
      next->freedom.most.x = std::numeric_limits<double>::infinity();
      ik.solve_async(next, 5s, [&](const Reply &second) {
        print("called back", second);
        solved += static_cast<bool>(second);
        executor.cancel();
      });
    });
    executor.spin();

    IkClient nobody(*node, "/nobody");
    const Reply missed = nobody.solve(request, 1s);
    print("nobody", missed);
    solved += missed.outcome == Reply::Outcome::kNoService;
  }
  rclcpp::shutdown();
  return solved == 3 ? 0 : 1;
}
