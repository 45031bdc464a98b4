#include "usbip/server.h"

// Boost 1.74's awaitable.hpp uses std::exchange without including it.
#include <utility>

#include <array>
#include <boost/asio.hpp>
#include <deque>
#include <optional>

#include "usbip/session.h"

namespace dfurig::usbip {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

/// One client: reads into its Session, writes what is due, waits for what is due later. Keeps
/// itself alive through the handlers it has pending.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, Exports& exports, const Clock& clock, const Server::Log& log)
      : socket_(std::move(socket)),
        timer_(socket_.get_executor()),
        session_(exports),
        clock_(clock),
        log_(log) {}

  void start() {
    error_code ignored;
    // Without it two peers wait for each other's delayed acknowledgements.
    socket_.set_option(tcp::no_delay(true), ignored);
    peer_ = name_of_peer();
    read();
  }

  /// Takes notice of what happened to the devices since.
  void refresh() {
    if (is_stopped_) return;
    session_.advance(clock_.now());
    pump();
  }

 private:
  std::string name_of_peer() const {
    error_code error;
    const tcp::endpoint endpoint = socket_.remote_endpoint(error);
    return error ? "client"
                 : endpoint.address().to_string() + ":" + std::to_string(endpoint.port());
  }

  void read() {
    socket_.async_read_some(asio::buffer(buffer_),
                            [self = shared_from_this()](error_code error, std::size_t size) {
                              self->on_read(error, size);
                            });
  }

  void on_read(error_code error, std::size_t size) {
    if (error) return stop(error == asio::error::eof ? "disconnected" : error.message());
    session_.receive(ByteView(buffer_).first(size), clock_.now());
    pump();
    if (!session_.is_closed()) read();
  }

  /// Moves what the session has to say to the socket, and sets the alarm for the rest.
  void pump() {
    for (Bytes& reply : session_.take_replies()) outbox_.push_back(std::move(reply));
    if (!is_writing_) write();
    if (session_.is_closed()) return;
    const std::optional<Instant> next = session_.next_event();
    if (!next) return;
    timer_.expires_after(std::max(Duration{0}, *next - clock_.now()));
    timer_.async_wait([self = shared_from_this()](error_code error) {
      if (!error) self->refresh();
    });
  }

  void write() {
    is_writing_ = !outbox_.empty();
    if (outbox_.empty()) {
      if (session_.is_closed()) stop(session_.close_reason());
      return;
    }
    asio::async_write(socket_, asio::buffer(outbox_.front()),
                      [self = shared_from_this()](error_code error, std::size_t) {
                        if (error) return self->stop(error.message());
                        self->outbox_.pop_front();
                        self->write();
                      });
  }

  void stop(const std::string& reason) {
    if (std::exchange(is_stopped_, true)) return;
    if (log_ && !reason.empty()) log_(peer_ + ": " + reason);
    timer_.cancel();
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_both, ignored);
    socket_.close(ignored);
  }

  tcp::socket socket_;
  asio::steady_timer timer_;
  Session session_;
  const Clock& clock_;
  const Server::Log& log_;
  std::string peer_;
  std::array<std::uint8_t, 16384> buffer_{};
  std::deque<Bytes> outbox_;
  bool is_writing_ = false;
  bool is_stopped_ = false;
};

tcp::endpoint parse_endpoint(const std::string& address, std::uint16_t port) {
  error_code error;
  const asio::ip::address parsed = asio::ip::make_address(address, error);
  if (error) throw ListenError("cannot listen on " + address + ": not an IP address");
  return tcp::endpoint(parsed, port);
}

/// Lines from a terminal or a pipe.
class LineInput {
 public:
  LineInput(asio::io_context& context, int descriptor,
            std::function<void(const std::string&)> handle)
      : input_(context), handle_(std::move(handle)) {
    error_code error;
    input_.assign(::dup(descriptor), error);  // a file cannot be waited for: then there are none
    if (!error) read();
  }

 private:
  void read() {
    asio::async_read_until(input_, asio::dynamic_buffer(text_, line_length_max), '\n',
                           [this](error_code error, std::size_t size) {
                             if (error) return;
                             handle_(text_.substr(0, size - 1));
                             text_.erase(0, size);
                             read();
                           });
  }

  static constexpr std::size_t line_length_max = 4096;
  asio::posix::stream_descriptor input_;
  std::function<void(const std::string&)> handle_;
  std::string text_;
};

class Ticker {
 public:
  Ticker(asio::io_context& context, Duration every, std::function<void()> handle)
      : timer_(context), every_(every), handle_(std::move(handle)) {
    wait();
  }

 private:
  void wait() {
    timer_.expires_after(every_);
    timer_.async_wait([this](error_code error) {
      if (error) return;
      handle_();
      wait();
    });
  }

  asio::steady_timer timer_;
  Duration every_;
  std::function<void()> handle_;
};

}  // namespace

class Server::Acceptor {
 public:
  Acceptor(Exports& exports, const Clock& clock, const tcp::endpoint& endpoint, Log log)
      : exports_(exports), clock_(clock), log_(std::move(log)), acceptor_(context_) {
    error_code error;
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      throw ListenError("cannot listen on " + endpoint.address().to_string() + ":" +
                        std::to_string(endpoint.port()) + ": " + error.message() +
                        "\n  choose another address or port (0: a free one) with --listen");
    }
  }

  void stop_at_signals() {
    signals_.emplace(context_, SIGINT, SIGTERM);
    signals_->async_wait([this](error_code, int) { context_.stop(); });
  }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  void on_line(int descriptor, std::function<void(const std::string&)> handle) {
    inputs_.emplace_back(context_, descriptor,
                         [this, act = std::move(handle)](const std::string& line) {
                           act(line);
                           refresh_all();
                         });
  }
  void on_tick(Duration every, std::function<void()> handle) {
    tickers_.emplace_back(context_, every, std::move(handle));
  }

  void run() {
    accept();
    context_.run();
  }
  void stop() { context_.stop(); }
  void post(std::function<void()> call) {
    asio::post(context_, [this, act = std::move(call)] {
      act();
      refresh_all();
    });
  }

 private:
  void accept() {
    acceptor_.async_accept([this](error_code error, tcp::socket socket) {
      if (!error) {
        const auto connection =
            std::make_shared<Connection>(std::move(socket), exports_, clock_, log_);
        std::erase_if(connections_, [](const auto& it) { return it.expired(); });
        connections_.push_back(connection);
        connection->start();
      }
      accept();
    });
  }

  /// A device may have gone under a client that sends nothing.
  void refresh_all() {
    for (const auto& weak : connections_) {
      if (const auto connection = weak.lock()) connection->refresh();
    }
  }

  Exports& exports_;
  const Clock& clock_;
  Log log_;
  // After what the connections held by its handlers refer to.
  asio::io_context context_;
  std::optional<asio::signal_set> signals_;
  tcp::acceptor acceptor_;
  std::vector<std::weak_ptr<Connection>> connections_;
  std::deque<LineInput> inputs_;
  std::deque<Ticker> tickers_;
};

Server::Server(Exports& exports, const Clock& clock, const std::string& address, std::uint16_t port,
               Log log)
    : acceptor_(std::make_unique<Acceptor>(exports, clock, parse_endpoint(address, port),
                                           std::move(log))) {}

Server::~Server() = default;

std::uint16_t Server::port() const {
  return acceptor_->port();
}

void Server::on_line(int descriptor, std::function<void(const std::string&)> handle) {
  acceptor_->on_line(descriptor, std::move(handle));
}

void Server::on_tick(Duration every, std::function<void()> handle) {
  acceptor_->on_tick(every, std::move(handle));
}

void Server::stop_at_signals() {
  acceptor_->stop_at_signals();
}

void Server::post(std::function<void()> call) {
  acceptor_->post(std::move(call));
}

void Server::run() {
  acceptor_->run();
}

void Server::stop() {
  acceptor_->stop();
}

}  // namespace dfurig::usbip
