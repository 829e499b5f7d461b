// Copyright 2026 The learned_ik authors
// SPDX-License-Identifier: Apache-2.0
//
// IkClient: asks an ik_node for joint positions, from a C++ node of yours. One header to take
// along; it needs rclcpp (Humble or later) and learned_ik_interfaces.
//
// But for the constructor nothing here throws: what went wrong is in the reply. Lengths in
// metres, angles in radians, quaternions in the order x y z w.

#ifndef LEARNED_IK_ROS_CPP__IK_CLIENT_HPP_
#define LEARNED_IK_ROS_CPP__IK_CLIENT_HPP_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "learned_ik_interfaces/srv/get_ik.hpp"
#include "rclcpp/rclcpp.hpp"
#include "rclcpp/version.h"

namespace learned_ik_ros {

using GetIK = learned_ik_interfaces::srv::GetIK;

// What became of a request. True where the pose is reached.
struct Reply {
  enum class Outcome {
    kSolved,     // within the tolerances: `joints` is the answer
    kNotSolved,  // the node says why in `message`; `joints` is the nearest try, or empty
    kNoService,  // no node of that name is there
    kNoAnswer,   // none in time
    kFailed,     // ROS failed, or is shut down: see `message`
  };

  Outcome outcome = Outcome::kFailed;
  std::string message;               // what went wrong; empty where nothing did
  std::vector<std::string> names;    // of the joints, base to tip
  std::vector<double> joints;        // their positions [rad or m]
  GetIK::Response::SharedPtr whole;  // all that the node said; null where it said nothing

  explicit operator bool() const { return outcome == Outcome::kSolved; }
};

// Asks one ik_node. Safe to use from several threads. It must not outlive the node that it is for,
// nor end while another thread spins that node.
class IkClient {
 public:
  using Callback = std::function<void(const Reply &)>;
  using Duration = std::chrono::nanoseconds;

  // `node`: an rclcpp::Node or rclcpp_lifecycle::LifecycleNode of yours; `server`: the ik_node's
  // name.
  template <typename NodeT>
  explicit IkClient(NodeT &node, const std::string &server = "/learned_ik")
      : base_(node.get_node_base_interface()),
        // The client for who waits: its answers come in an executor of its own, so that waiting
        // works in any callback, and whoever spins the node.
        group_(node.create_callback_group(rclcpp::CallbackGroupType::MutuallyExclusive, false)),
        waiting_(node.template create_client<GetIK>(server + "/get_ik", qos(), group_)),
        calling_(node.template create_client<GetIK>(server + "/get_ik", qos())),
        executor_(options(base_)) {
    executor_.add_callback_group(group_, base_);
    timer_ = node.create_wall_timer(kLook, [this]() { look(); });
  }

  IkClient(const IkClient &) = delete;
  IkClient &operator=(const IkClient &) = delete;

  // Return a request for a pose, in `frame` (empty: the chain's base link), to which more can be
  // added: a seed, free axes, a preference.
  static GetIK::Request::SharedPtr request(const std::array<double, 3> &position,
                                           const std::array<double, 4> &orientation,
                                           const std::string &frame = "") {
    auto request = std::make_shared<GetIK::Request>();
    request->pose.header.frame_id = frame;
    auto &pose = request->pose.pose;
    pose.position.x = position[0];
    pose.position.y = position[1];
    pose.position.z = position[2];
    pose.orientation.x = orientation[0];
    pose.orientation.y = orientation[1];
    pose.orientation.z = orientation[2];
    pose.orientation.w = orientation[3];
    return request;
  }

  // Whether the node is there, waiting for it so long at most.
  bool wait_for_node(Duration timeout) noexcept {
    try {
      return waiting_->wait_for_service(timeout) && calling_->wait_for_service(timeout);
    } catch (const std::exception &) {  // ROS is shut down
      return false;
    }
  }

  // Ask, and wait for the answer so long at most. In any thread, in callbacks too; a callback keeps
  // its executor waiting meanwhile.
  Reply solve(const GetIK::Request::SharedPtr &request, Duration timeout) noexcept {
    try {
      const std::lock_guard<std::mutex> one_at_a_time(waits_);
      if (!waiting_->service_is_ready()) {
        return failed(Reply::Outcome::kNoService, absent());
      }
      auto sent = waiting_->async_send_request(request);
      const auto ended = executor_.spin_until_future_complete(sent.future, timeout);
      if (ended == rclcpp::FutureReturnCode::SUCCESS) {
        return read(sent.future.get());
      }
      waiting_->remove_pending_request(sent.request_id);
      if (ended == rclcpp::FutureReturnCode::TIMEOUT) {
        return failed(Reply::Outcome::kNoAnswer, late());
      }
      return failed(Reply::Outcome::kFailed, "ROS was shut down");
    } catch (const std::exception &error) {
      return failed(Reply::Outcome::kFailed, error.what());
    }
  }

  // Ask, and call back once: with the answer, or when the time is over, by the executor that spins
  // your node; at once where no node is there. What `callback` throws is yours.
  void solve_async(const GetIK::Request::SharedPtr &request, Duration timeout, Callback callback) {
    std::string problem;
    auto asked = std::make_shared<Asked>(std::move(callback));
    try {
      if (calling_->service_is_ready()) {
        send(request, timeout, asked);
        return;
      }
    } catch (const std::exception &error) {
      problem = error.what();
    }
    if (problem.empty()) {
      asked->end(failed(Reply::Outcome::kNoService, absent()));
    } else {
      asked->end(failed(Reply::Outcome::kFailed, problem));
    }
  }

 private:
  using Client = rclcpp::Client<GetIK>;
  using Clock = std::chrono::steady_clock;

  static constexpr std::chrono::milliseconds kLook{50};  // between two looks at what is late
  static constexpr std::size_t kDepth = 10000;  // answers that may come at once: none is lost

  // A request that is called back for.
  struct Asked {
    explicit Asked(Callback given) : callback(std::move(given)) {}

    // Call back, the first time alone.
    void end(const Reply &reply) {
      Callback last;
      {
        const std::lock_guard<std::mutex> guard(mutex);
        std::swap(last, callback);
      }
      if (last) {
        last(reply);
      }
    }

    bool ended() {
      const std::lock_guard<std::mutex> guard(mutex);
      return !callback;
    }

    std::mutex mutex;
    Callback callback;
    std::int64_t id = 0;
    Clock::time_point until;
  };

  void send(const GetIK::Request::SharedPtr &request, Duration timeout,
            const std::shared_ptr<Asked> &asked) {
    asked->until = Clock::now() + timeout;
    asked->id =
        calling_
            ->async_send_request(
                request, [asked](Client::SharedFuture future) { asked->end(read(future.get())); })
            .request_id;
    const std::lock_guard<std::mutex> guard(mutex_);
    open_.push_back(asked);
  }

  // Tell those whose time is over.
  void look() {
    std::vector<std::shared_ptr<Asked>> late_ones;
    {
      const std::lock_guard<std::mutex> guard(mutex_);
      const auto now = Clock::now();
      std::vector<std::shared_ptr<Asked>> left;
      for (const auto &asked : open_) {
        if (!asked->ended()) {
          (now < asked->until ? left : late_ones).push_back(asked);
        }
      }
      open_ = std::move(left);
    }
    for (const auto &asked : late_ones) {
      calling_->remove_pending_request(asked->id);
      asked->end(failed(Reply::Outcome::kNoAnswer, late()));
    }
  }

  static Reply read(const GetIK::Response::SharedPtr &response) {
    Reply reply;
    const bool solved = response->error_code == GetIK::Response::SUCCESS;
    reply.outcome = solved ? Reply::Outcome::kSolved : Reply::Outcome::kNotSolved;
    reply.message = response->message;
    reply.names = response->joint_state.name;
    reply.joints = response->joint_state.position;
    reply.whole = response;
    return reply;
  }

  static Reply failed(Reply::Outcome outcome, const std::string &message) {
    Reply reply;
    reply.outcome = outcome;
    reply.message = message;
    return reply;
  }

  std::string absent() const {
    return std::string("no service ") + calling_->get_service_name() + ": is the node running?";
  }

  std::string late() const {
    return std::string("no answer in time from ") + calling_->get_service_name();
  }

#if RCLCPP_VERSION_GTE(17, 0, 0)
  static rclcpp::QoS qos() { return rclcpp::ServicesQoS().keep_last(kDepth); }
#else  // Humble
  static rmw_qos_profile_t qos() {
    auto profile = rmw_qos_profile_services_default;
    profile.depth = kDepth;
    return profile;
  }
#endif

  static rclcpp::ExecutorOptions options(
      const rclcpp::node_interfaces::NodeBaseInterface::SharedPtr &base) {
    rclcpp::ExecutorOptions options;
    options.context = base->get_context();
    return options;
  }

  rclcpp::node_interfaces::NodeBaseInterface::SharedPtr base_;
  rclcpp::CallbackGroup::SharedPtr group_;
  Client::SharedPtr waiting_;
  Client::SharedPtr calling_;
  rclcpp::executors::SingleThreadedExecutor executor_;  // receives what is waited for
  std::mutex waits_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<Asked>> open_;  // those that are called back for
  // One for all requests, from beginning to end: executors of some releases of rclcpp stand still
  // when a timer is destroyed in a callback.
  rclcpp::TimerBase::SharedPtr timer_;
};

}  // namespace learned_ik_ros

#endif  // LEARNED_IK_ROS_CPP__IK_CLIENT_HPP_
